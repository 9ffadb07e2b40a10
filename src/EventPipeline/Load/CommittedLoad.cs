namespace EventPipeline.Load;

/// <summary>What one load has committed, to be counted once it is known what of it became visible.</summary>
/// <param name="LoadId">The load.</param>
/// <param name="Window">The days that it read.</param>
/// <param name="Days">The days whose rows it holds.</param>
internal sealed record CommittedLoad(string LoadId, Window Window, IReadOnlyList<LoadedDay> Days)
{
    /// <summary>
    /// Asks what the commits made visible: of days that showed nothing before, and of days whose content they replaced.
    /// Derived from what the dataset holds, so that only one of several parallel loads of a day is the first, and a
    /// read that began earlier than what is shown counts for nothing.
    /// </summary>
    /// <param name="loads">At most some thousand loads, at least one.</param>
    public static Statement Visible(IReadOnlyList<CommittedLoad> loads) => Statement.Create(
        "visible_days",
        ("first_day", loads.Min(load => load.Window.From)),
        ("last_day", loads.Max(load => load.Window.To)))
        .WithList("load_ids", loads.Select(load => load.LoadId));

    /// <summary>What became visible for the first time, and what again, of each load.</summary>
    /// <param name="loads">The loads.</param>
    /// <param name="rows">What the dataset answered to <see cref="Visible"/>.</param>
    public static IReadOnlyList<(CommittedLoad Load, SliceTotals First, SliceTotals Again)> Read(
        IReadOnlyList<CommittedLoad> loads, IEnumerable<Row> rows)
    {
        var became = rows.ToDictionary(
            row => (row.Text("load_id"), row.Date("usage_date")), row => row.Text("became"));
        return
        [
            .. from load in loads
               let days = load.Days.ToLookup(day => day.Became(became.GetValueOrDefault((load.LoadId, day.Day))))
               select (load, LoadedDay.Sum(days["first"]), LoadedDay.Sum(days["again"])),
        ];
    }
}

/// <summary>One day of a load.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Totals">What was read.</param>
/// <param name="WasShown">
/// Whether the same was shown when the reading began, if under another id of the account; null if nothing was.
/// </param>
internal sealed record LoadedDay(DateOnly Day, SliceTotals Totals, bool? WasShown)
{
    /// <summary>What they add up to.</summary>
    public static SliceTotals Sum(IEnumerable<LoadedDay> days)
    {
        var all = days.Select(day => day.Totals).ToList();
        return new SliceTotals(all.Sum(day => day.Rows), all.Sum(day => day.Tokens))
        {
            Money = SumsByBasis.Total(all.Select(day => day.Money)),
        };
    }

    /// <summary>
    /// What became of it. A commit by a clock that was ahead looks later than the one that replaced it, and one under
    /// another id of the account is not seen: something was shown before.
    /// </summary>
    /// <param name="told">What the order of the commits says.</param>
    public string? Became(string? told) => (told, WasShown) switch
    {
        ("first", true) => "unchanged",
        ("first", false) => "again",
        _ => told,
    };
}

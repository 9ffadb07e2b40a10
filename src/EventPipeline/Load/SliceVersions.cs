namespace EventPipeline.Load;

/// <summary>The versions of slices, and what of their rows is stored.</summary>
/// <param name="warehouse">Where.</param>
/// <param name="dataset">The dataset.</param>
internal sealed class SliceVersions(IWarehouse warehouse, string dataset)
{
    private const int MaxLoadsAtOnce = 1_000;

    /// <summary>
    /// The versions that a choice describes, newest day first and of each slice the current one first.
    /// </summary>
    public async Task<IReadOnlyList<SliceVersion>> FindAsync(
        VersionChoice choice, int limit, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create(
                "versions",
                ("vendor", choice.Vendor),
                ("account", choice.Account),
                ("report", choice.Report),
                ("load_id", choice.LoadId),
                ("as_of", choice.AsOf),
                ("from", choice.From),
                ("to", choice.To),
                ("choices_only", choice.IsForRestoring),
                ("limit", (long)limit)),
            cancellationToken);
        return [.. rows.Select(row => new SliceVersion(row))];
    }

    /// <summary>The versions of which rows are gone: <c>compact</c> has deleted them.</summary>
    public async Task<IReadOnlyList<SliceVersion>> FindCompactedAsync(
        IReadOnlyList<SliceVersion> versions, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<(string LoadId, DateOnly Day), long>();
        foreach (var loads in versions.GroupBy(version => version.LoadId).Chunk(MaxLoadsAtOnce))
        {
            var days = loads.SelectMany(load => load).Select(version => version.Slice.Day).ToList();
            var statement = Statement.Create("stored_rows", ("from", days.Min()), ("to", days.Max()))
                .WithPart(
                    "counts",
                    string.Join(
                        "UNION ALL\n",
                        LoadProof.Tables.Select(
                            table => Statement.Text("parts/stored_rows.sql")
                                .Replace("{table}", table, StringComparison.Ordinal))))
                .WithList("load_ids", loads.Select(load => load.Key));
            foreach (var row in await warehouse.QueryAsync(dataset, statement, cancellationToken))
            {
                stored[(row.Text("load_id"), row.Date("usage_date"))] = row.GetInt64("row_count");
            }
        }

        return
        [
            .. versions.Where(
                version => stored.GetValueOrDefault((version.LoadId, version.Slice.Day)) != version.Rows),
        ];
    }
}

/// <summary>Which slices' versions are meant; what is null does not matter.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Account">The account's name now, or its account_id.</param>
/// <param name="Report">The report.</param>
/// <param name="LoadId">A load that holds a version of them.</param>
/// <param name="AsOf">When one was current, UTC: it says which.</param>
/// <param name="From">The first UTC day.</param>
/// <param name="To">The last UTC day.</param>
internal sealed record VersionChoice(
    string? Vendor,
    string? Account,
    string? Report,
    string? LoadId,
    DateTimeOffset? AsOf,
    DateOnly From,
    DateOnly To)
{
    /// <summary>Whether only the current versions and those that the load or the time choose are wanted.</summary>
    public bool IsForRestoring { get; init; }
}

/// <summary>One load's content of one slice.</summary>
internal sealed class SliceVersion(Row row)
{
    public Slice Slice { get; } =
        new(row.Text("vendor"), row.Text("account_id"), row.Text("report"), row.Date("usage_date"));

    /// <summary>The account's name when it was read last.</summary>
    public string Account { get; } = row.Text("account");

    /// <summary>Whose report it is, by the names that people give them.</summary>
    public Subject Subject => new(Slice.Vendor, Account, Slice.Report);

    public string LoadId { get; } = row.Text("load_id");

    public long Rows { get; } = row.GetInt64("row_count");

    public long Tokens { get; } = row.GetInt64("tokens");

    public decimal BilledUsd { get; } = row.Exact("amount_usd");

    public decimal EstimatedUsd { get; } = row.Exact("estimated_usd");

    public string Grain { get; } = row.Text("grain");

    public long NormaliserVersion { get; } = row.GetInt64("normaliser_version");

    /// <summary>The run that loaded it.</summary>
    public string RunId { get; } = row.Text("first_run_id");

    /// <summary>When it was read first, UTC.</summary>
    public DateTimeOffset FirstReadBegan { get; } = row.Timestamp("first_read_began");

    /// <summary>When it was read or restored last, UTC.</summary>
    public DateTimeOffset ReadBegan { get; } = row.Timestamp("read_began");

    /// <summary>How often it was read: a read that finds nothing new points to it.</summary>
    public long Reads { get; } = row.GetInt64("reads");

    /// <summary>Whether nothing of the slice was read or restored later.</summary>
    public bool IsCurrent { get; } = row.Flag("is_current");

    /// <summary>
    /// Whether views show it: it is current, and no other report tells the same of its day, or was read earlier.
    /// </summary>
    public bool IsShown { get; } = row.Flag("is_shown");

    /// <summary>Whether it stays until a forced read.</summary>
    public bool IsPinned { get; } = row.Flag("is_pinned");

    /// <summary>Whether it was current at the time that the question names.</summary>
    public bool WasCurrent { get; } = row.Flag("was_current");

    /// <summary>The row of <c>slice_versions</c> that makes it what is shown.</summary>
    /// <param name="restoration">The restoration, in place of the run.</param>
    /// <param name="account">The account's name now: the load may have had another.</param>
    /// <param name="follows">It counts as read then, or later, UTC.</param>
    /// <param name="isPinned">Whether it stays until a forced read.</param>
    public IReadOnlyDictionary<string, object?> Restored(
        string restoration, string account, DateTimeOffset follows, bool isPinned) => new Dictionary<string, object?>
        {
            ["vendor"] = Slice.Vendor,
            ["account_id"] = row.Text("stored_account_id"),
            ["account"] = account,
            ["report"] = Slice.Report,
            ["usage_date"] = Slice.Day,
            ["load_id"] = LoadId,
            ["follows"] = follows,
            ["row_count"] = Rows,
            ["tokens"] = Tokens,
            ["amount_usd"] = BilledUsd,
            ["estimated_usd"] = EstimatedUsd,
            ["digest"] = row.Text("digest"),
            ["grain"] = Grain,
            ["normaliser_version"] = NormaliserVersion,
            ["pinned"] = isPinned,
            ["run_id"] = restoration,
            ["window_id"] = Window.Create(new Subject(Slice.Vendor, account, Slice.Report), Slice.Day).Id,
        };
}

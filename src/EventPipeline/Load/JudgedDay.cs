namespace EventPipeline.Load;

/// <summary>A day that was read, next to what is shown of it now.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Read">What was read.</param>
/// <param name="Before">The version that is shown; null where there is none.</param>
/// <param name="State">What becomes of it, one of <see cref="WindowState"/>.</param>
/// <param name="LoadId">The load that holds its rows.</param>
internal sealed record JudgedDay(DateOnly Day, DayReading Read, Row? Before, string State, string LoadId)
{
    /// <summary>
    /// Why the rows that are there stay although the vendor did not answer with them; null where it did, or where they
    /// do not.
    /// </summary>
    public KeepReason? KeptFor { get; init; }

    /// <summary>The version whose rows stay although the vendor did not answer with them; null for none.</summary>
    public Row? Kept => KeptFor is null ? null : Before;

    private string Change => Before is null ? "new"
        : Kept is not null || Before.Text("digest") == Read.Digest ? "unchanged"
        : "changed";

    /// <summary>
    /// Whether what is shown is the same; under another id of the account, whether it adds up to the same. Null where
    /// nothing is shown.
    /// </summary>
    public bool? WasShown(string accountId) => Before is null ? null
        : Before.Text("digest") == Read.Digest
            || (Before.Text("stored_account_id") != accountId
                && Before.GetInt64("row_count") == Read.Rows
                && Before.GetInt64("tokens") == Read.Tokens
                && Before.Exact("amount_usd") == Read.Money.BilledUsd
                && Before.Exact("estimated_usd") == Read.Money.EstimatedUsd);

    /// <summary>The totals of what was read.</summary>
    /// <exception cref="OverflowException">No table holds them.</exception>
    public static SliceTotals Totals(params IEnumerable<JudgedDay> days)
    {
        var read = days.Select(day => day.Read).ToList();
        return new SliceTotals(read.Sum(day => day.Rows), read.Sum(day => day.Tokens))
        {
            Money = SumsByBasis.Total(read.Select(day => day.Money)),
        };
    }

    /// <summary>What loading it would change.</summary>
    /// <param name="landed">The money of what is shown, by load and day.</param>
    public SliceDifference Difference(IReadOnlyDictionary<(string LoadId, DateOnly Day), SumsByBasis> landed)
    {
        var before = Before is null ? null : new SliceTotals(Before.GetInt64("row_count"), Before.GetInt64("tokens"))
        {
            Money = SumsByBasis.Total([landed.GetValueOrDefault((Before.Text("load_id"), Day), SumsByBasis.None)]),
        };
        return new SliceDifference(
            Day, Change, before, KeptFor is KeepReason.Forgotten or KeepReason.Restored ? before! : Totals(this));
    }
}

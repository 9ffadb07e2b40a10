using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Reconciliation;

/// <summary>What the views show of a day of a report, and since when.</summary>
internal sealed record ShownSlice(
    string Report, DayTotal Total, DateTimeOffset ReadBegan, DateTimeOffset? SettlesAt);

/// <summary>What the views show of an account.</summary>
/// <param name="accountId">Its id in the tables; null where nothing of it was ever loaded.</param>
/// <param name="slices">By report and day.</param>
internal sealed class ShownTotals(
    string? accountId, IReadOnlyDictionary<(string Report, DateOnly Day), ShownSlice> slices)
{
    /// <summary>Its id in the tables; null where nothing of it was ever loaded.</summary>
    public string? AccountId { get; } = accountId;

    public static async Task<ShownTotals> ReadAsync(
        IWarehouse warehouse,
        string dataset,
        Account account,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken)
    {
        if (await StoredAccount.FindIdAsync(warehouse, dataset, account, cancellationToken) is not { } accountId)
        {
            return new ShownTotals(null, new Dictionary<(string, DateOnly), ShownSlice>());
        }

        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create(
                "shown_totals",
                ("vendor", account.Vendor), ("account_id", accountId), ("from", from), ("to", to)),
            cancellationToken);
        return new ShownTotals(
            accountId,
            rows.ToDictionary(
                row => (row.Text("report"), row.Date("usage_date")),
                row => new ShownSlice(
                    row.Text("report"),
                    new DayTotal(row.GetInt64("tokens"), row.GetInt64("requests"))
                    {
                        Money = row.ByBasis("usd_by_basis"),
                    },
                    row.Timestamp("read_began"),
                    row.TimestampOrNull("settles_at"))));
    }

    /// <summary>
    /// A day of a report, or of the report that tells the same of another source and was read last; null where neither
    /// is loaded.
    /// </summary>
    public ShownSlice? Find(Vendor vendor, Report report, DateOnly day) =>
        vendor.Reports
            .Where(other => other.Name == report.Name || TellSame(other, report))
            .Select(other => slices.GetValueOrDefault((other.Name, day)))
            .FirstOrDefault(slice => slice is not null);

    private static bool TellSame(Report one, Report other) =>
        (one.InsteadOf ?? one.Name) == (other.InsteadOf ?? other.Name);
}

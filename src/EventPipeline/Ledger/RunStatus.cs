using System.Text.Json.Serialization;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>Answers what people ask of the dataset: how fresh it is, and what it holds.</summary>
internal sealed class RunStatus(IWarehouse warehouse, IOptions<DatasetOptions> datasets)
{
    /// <summary>Every report of every account that was ever read, or that failed.</summary>
    public async Task<IReadOnlyList<ReportFreshness>> FreshnessAsync(CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(datasets.Value.Dataset, Statement.Create("freshness"), cancellationToken);
        return
        [
            .. rows.Select(row => new ReportFreshness(
                row.Text("vendor"),
                row.Text("account"),
                row.TextOrNull("account_id"),
                row.Text("report"),
                row.DateOrNull("data_complete_until"),
                row.DateOrNull("first_hole"),
                row.DateOrNull("settled_until"),
                row.TimestampOrNull("last_read_began"),
                row.Flag("last_read_in_future"),
                row.GetInt64("slices"),
                row.TextOrNull("last_error"),
                row.TimestampOrNull("last_error_at"))),
        ];
    }

    /// <summary>The current content, slice by slice, newest day first.</summary>
    public async Task<IReadOnlyList<SliceDocument>> SlicesAsync(
        string? vendor,
        string? account,
        string? report,
        DateOnly from,
        DateOnly to,
        int limit,
        CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.Dataset,
            Statement.Create(
                "slices",
                ("vendor", vendor),
                ("account", account),
                ("report", report),
                ("from", from),
                ("to", to),
                ("limit", (long)limit)),
            cancellationToken);
        return
        [
            .. rows.Select(row => new SliceDocument(
                row.Text("vendor"),
                row.Text("account"),
                row.Text("account_id"),
                row.Text("report"),
                row.Date("usage_date"),
                row.Text("state"),
                row.GetInt64("row_count"),
                row.GetInt64("tokens"),
                row.Exact("amount_usd"),
                row.Exact("estimated_usd"),
                row.Text("load_id"),
                row.Timestamp("read_began"),
                row.Text("run_id"))),
        ];
    }
}

/// <summary>How fresh one report of one account is. Times are UTC.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Account">
/// The account's configured name; if an account was stored under two ids, two rows may carry it.
/// </param>
/// <param name="AccountId">The account's id in the tables; null if it was never read.</param>
/// <param name="Report">The report.</param>
/// <param name="DataCompleteUntil">
/// The day before the first hole of the last 90 days; null if it was never read.
/// </param>
/// <param name="FirstHole">The first day, of any age, that was not read between two that were.</param>
/// <param name="SettledUntil">
/// The last day before the first that the vendor may still restate; null for a snapshot, for a vendor that the settings
/// describe, and if it was never read.
/// </param>
/// <param name="LastReadBegan">When the newest committed read began.</param>
/// <param name="LastReadInFuture">Whether that is later than the warehouse's clock: a clock was ahead.</param>
/// <param name="Slices">How many days are stored.</param>
/// <param name="LastError">The newest failure of days that were not read since.</param>
/// <param name="LastErrorAt">When it was recorded.</param>
public sealed record ReportFreshness(
    string Vendor,
    string Account,
    string? AccountId,
    string Report,
    DateOnly? DataCompleteUntil,
    DateOnly? FirstHole,
    DateOnly? SettledUntil,
    DateTimeOffset? LastReadBegan,
    bool LastReadInFuture,
    long Slices,
    string? LastError,
    DateTimeOffset? LastErrorAt)
{
    /// <summary>Whose report it is.</summary>
    [JsonIgnore]
    public Subject Subject => new(Vendor, Account, Report);
}

/// <summary>The current content of one slice. Times are UTC, money is US dollars.</summary>
public sealed record SliceDocument(
    string Vendor,
    string Account,
    string AccountId,
    string Report,
    DateOnly Day,
    string State,
    long Rows,
    long Tokens,
    [property: JsonPropertyName("usd")]
    decimal BilledUsd,
    decimal EstimatedUsd,
    string LoadId,
    DateTimeOffset ReadBegan,
    string RunId);

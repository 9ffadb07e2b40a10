using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>Answers what people ask of the dataset: how fresh it is, and what it holds.</summary>
internal sealed class RunStatus(IWarehouse warehouse, IOptions<DatasetOptions> datasets)
{
    /// <summary>Every report of every account that was ever read, or that failed.</summary>
    public async Task<IReadOnlyList<ReportFreshness>> FreshnessAsync(CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(datasets.Value.Dataset, Statement.Of("freshness"), cancellationToken);
        return
        [
            .. rows.Select(row => new ReportFreshness(
                row.Text("vendor"),
                row.Text("account"),
                row.TextOrNull("account_id"),
                row.Text("report"),
                row.IsNull("data_complete_until") ? null : row.Date("data_complete_until"),
                row.TimestampOrNull("last_read_began"),
                row.Whole("slices"),
                row.TextOrNull("last_error"),
                row.TimestampOrNull("last_error_at"))),
        ];
    }

    /// <summary>The current content, slice by slice, newest day first.</summary>
    public async Task<IReadOnlyList<SliceDocument>> SlicesAsync(
        string? vendor, string? account, string? report, DateOnly from, DateOnly to, int limit, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.Dataset,
            Statement.Of(
                "slices", ("vendor", vendor), ("account", account), ("report", report), ("from", from), ("to", to), ("limit", (long)limit)),
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
                row.Whole("row_count"),
                row.Whole("tokens"),
                row.Exact("amount_usd"),
                row.Exact("estimated_usd"),
                row.Text("load_id"),
                row.Timestamp("read_began"),
                row.Text("run_id"))),
        ];
    }
}

/// <summary>How fresh one report of one account is. Times are UTC.</summary>
public sealed record ReportFreshness(
    string Vendor,
    string Account,
    string? AccountId,
    string Report,
    DateOnly? DataCompleteUntil,
    DateTimeOffset? LastReadBegan,
    long Slices,
    string? LastError,
    DateTimeOffset? LastErrorAt);

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
    decimal Usd,
    decimal EstimatedUsd,
    string LoadId,
    DateTimeOffset ReadBegan,
    string RunId);

using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Shows usage at list prices beside what is billed, per day and model: the exact amounts as JSON and CSV, cents in the
/// table.
/// </summary>
internal sealed class DriftReport(IWarehouse warehouse, TextWriter output)
{
    private static readonly string[] Columns =
    [
        "day", "vendor", "account_id", "model", "billed_usd", "priced_usd", "priced_tokens", "unpriced_tokens",
        "oldest_price", "newest_price",
    ];

    /// <summary>Writes the report.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, DateOnly from, DateOnly to, OutputFormat format, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("drift", ("from", from), ("to", to)), cancellationToken);
        if (format != OutputFormat.Table)
        {
            await RecordWriter.WriteAsync(output, format, Columns, rows.Select(Cells));
            return 0;
        }

        if (rows.Count == 0)
        {
            await output.WriteLineAsync($"Nothing was billed or used from {from.Text()} to {to.Text()}.");
            return 0;
        }

        await TextColumns.WriteAsync(
            output,
            [
                ["day", "vendor", "model", "billed", "at list prices", "billed above list", "tokens without a price"],
                .. rows.Select(row => new[]
                {
                    row.Date("usage_date").Text(),
                    row.Text("vendor"),
                    row.TextOrNull("model") ?? "(none)",
                    Cents(row, "billed_usd"),
                    Cents(row, "priced_usd"),
                    Above(row),
                    row.GetInt64("unpriced_tokens") is not 0 and var unpriced
                        ? unpriced.ToString("N0", CultureInfo.InvariantCulture)
                        : "",
                }),
            ]);
        await output.WriteLineAsync(Age(rows));
        return 0;
    }

    private static string?[] Cells(Row row) =>
    [
        row.Date("usage_date").Text(),
        row.Text("vendor"),
        row.Text("account_id"),
        row.TextOrNull("model"),
        DecimalAsString.TextOrNull(row.ExactOrNull("billed_usd")),
        DecimalAsString.TextOrNull(row.ExactOrNull("priced_usd")),
        row.GetInt64("priced_tokens").ToString(CultureInfo.InvariantCulture),
        row.GetInt64("unpriced_tokens").ToString(CultureInfo.InvariantCulture),
        row.DateOrNull("oldest_price")?.Text(),
        row.DateOrNull("newest_price")?.Text(),
    ];

    /// <summary>Of prices, nobody knows whether they are still true: it is said when they were read.</summary>
    private static string Age(IReadOnlyList<Row> rows)
    {
        var oldest = rows.Min(row => row.DateOrNull("oldest_price"));
        var newest = rows.Max(row => row.DateOrNull("newest_price"));
        return oldest is null
            ? "No price is known: `prices import FILE` records a price list."
            : $"US dollars. The prices were read from {oldest.Value.Text()} to {newest!.Value.Text()}; whether their "
                + "vendors changed them since is not known.";
    }

    /// <summary>In per cent, where every token of the model has a price.</summary>
    private static string Above(Row row) =>
        row.IsNull("billed_usd")
            || row.GetInt64("unpriced_tokens") > 0
            || row.Exact("priced_usd") is not (> 0 and var priced)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{100 * (row.Exact("billed_usd") - priced) / priced:0.0} %");

    private static string Cents(Row row, string column) =>
        row.ExactOrNull(column) is { } usd ? TextColumns.Cents(usd) : "";
}

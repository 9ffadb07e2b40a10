using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>What a row of a report is about.</summary>
internal enum SpendPeriod
{
    Daily,
    Weekly,
    Monthly,
}

/// <summary>
/// Shows what was billed per period and by one thing, in US dollars: the exact amounts as JSON and CSV, cents in the
/// table. A period whose last days are missing says until when it is.
/// </summary>
internal sealed class SpendReport(IWarehouse warehouse, TextWriter output, TimeProvider clock)
{
    /// <summary>What belongs to nobody, or names none of the things that are asked for.</summary>
    private const string None = "(none)";

    private const string Unit = "US dollars";

    /// <summary>Writes the report.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset,
        SpendPeriod period,
        string by,
        DateOnly? since,
        OutputFormat format,
        CancellationToken cancellationToken)
    {
        var today = clock.Today();
        var yesterday = today.AddDays(-1);
        var from = Start(since ?? Usual(period, today), period);
        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create("spend", ("by", by), ("from", from), ("to", yesterday)),
            cancellationToken);
        var lines =
            (from row in rows
             group row.Exact("amount_usd")
                 by (Start: Start(row.Date("usage_date"), period), Item: row.TextOrNull("item") ?? None)
             into amounts
             orderby amounts.Key.Start, amounts.Sum() descending, amounts.Key.Item
             select new SpendLine(amounts.Key.Start, amounts.Key.Item, amounts.Sum())).ToList();
        await (format == OutputFormat.Table
            ? WriteTableAsync(by, period, from, yesterday, lines)
            : RecordWriter.WriteAsync(
                output,
                format,
                ["from", by, "usd"],
                lines.Select(line => (string?[])
                    [line.Start.Text(), line.Item == None ? null : line.Item, DecimalAsString.Text(line.Usd)])));
        return 0;
    }

    private static DateOnly Usual(SpendPeriod period, DateOnly today) => period switch
    {
        SpendPeriod.Weekly => today.AddDays(-28),
        SpendPeriod.Monthly => today.AddMonths(-3),
        _ => today.AddDays(-7),
    };

    private static DateOnly Start(DateOnly day, SpendPeriod period) => period switch
    {
        SpendPeriod.Weekly => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        SpendPeriod.Monthly => day.FirstOfMonth(),
        _ => day,
    };

    private async Task WriteTableAsync(
        string by, SpendPeriod period, DateOnly from, DateOnly to, List<SpendLine> lines)
    {
        var days = $"{from.Text()} to {to.Text()}";
        if (lines.Count == 0)
        {
            await output.WriteLineAsync($"Nothing was billed from {days}.");
            return;
        }

        await TextColumns.WriteAsync(
            output,
            [
                [period switch { SpendPeriod.Weekly => "week of", SpendPeriod.Monthly => "month", _ => "day" }, by,
                    Unit],
                .. lines.Select(line => new[]
                {
                    period == SpendPeriod.Monthly ? line.Start.MonthText() : line.Start.Text(),
                    line.Item,
                    TextColumns.Cents(line.Usd),
                }),
                [days, "total", TextColumns.Cents(lines.Sum(line => line.Usd))],
            ]);
    }

    private sealed record SpendLine(DateOnly Start, string Item, decimal Usd);
}

using System.Globalization;
using EventPipeline.Budgets;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Shows what the month has cost, what it will have cost, how far off that was in past months, and the budget: the
/// exact amounts as JSON and CSV, cents in the table.
/// </summary>
internal sealed class ForecastReport(IWarehouse warehouse, TextWriter output, TimeProvider clock)
{
    /// <summary>Writes the report on the month of yesterday.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, string by, OutputFormat format, CancellationToken cancellationToken)
    {
        var to = clock.Today().AddDays(-1);
        var spends = await DailySpend.ReadAsync(
            warehouse, dataset, by, MonthForecast.FirstDayWithPast(to), to, cancellationToken);
        var budgets = (await new BudgetRegister(warehouse).OfMonthAsync(dataset, to, cancellationToken))
            .Where(budget => budget.Scope == by)
            .ToDictionary(budget => budget.Name, budget => budget.MonthlyUsd);
        var month = to.FirstOfMonth();
        var lines = spends.Where(spend => spend.Until >= month)
            .Select(spend => new Line(
                spend.Name,
                MonthForecast.Create(spend, spend.Until),
                MonthForecast.PastErrors(spend, spend.Until),
                spend.Name is null ? null : budgets.GetValueOrDefault(spend.Name)))
            .OrderByDescending(line => line.Forecast.Usd)
            .ToList();
        var unspent = budgets.Where(budget => lines.TrueForAll(line => line.Name != budget.Key))
            .OrderBy(budget => budget.Key, StringComparer.Ordinal)
            .ToList();
        if (format != OutputFormat.Table)
        {
            await RecordWriter.WriteAsync(
                output,
                format,
                ["month", by, "spent_usd", "until", "forecast_usd", "budget_usd", "past_errors_percent"],
                [
                    .. lines.Select(line => Cells(month, line)),
                    .. unspent.Select(budget => Cells(month, budget.Key, budget.Value)),
                ]);
            return 0;
        }

        if (lines.Count == 0)
        {
            await output.WriteLineAsync($"Nothing was billed in {month.MonthText()} until {to.Text()}.");
            return 0;
        }

        await TextColumns.WriteAsync(
            output,
            [
                [
                    by, "spent", "until", $"forecast of {month.MonthText()}", "budget", "forecast of budget",
                    "off in past months",
                ],
                .. lines.Select(line => new[]
                {
                    line.Name ?? "(none)",
                    TextColumns.Cents(line.Forecast.Spent),
                    line.Forecast.Until.Text(),
                    TextColumns.Cents(line.Forecast.Usd),
                    line.BudgetUsd is { } budget ? TextColumns.Cents(budget) : "",
                    line.BudgetUsd is { } whole ? Percent(100 * line.Forecast.Usd / whole) : "",
                    string.Join(", ", line.PastErrors.Select(Off)),
                }),
            ]);
        await output.WriteLineAsync(
            $"US dollars. Forecast: {MonthForecast.Method}. Off: how far the forecast of the same day was from what "
            + "the past three months cost, the newest first; empty where there is no such month.");
        if (unspent.Count > 0)
        {
            var names = string.Join(", ", unspent.Select(budget => budget.Key));
            await output.WriteLineAsync($"Nothing was billed of these budgets: {names}.");
        }

        return 0;
    }

    private static string?[] Cells(DateOnly month, Line line) =>
    [
        month.MonthText(),
        line.Name,
        DecimalAsString.Text(line.Forecast.Spent),
        line.Forecast.Until.Text(),
        DecimalAsString.Text(line.Forecast.Usd),
        DecimalAsString.TextOrNull(line.BudgetUsd),
        line.PastErrors.Count == 0 ? null : string.Join(' ', line.PastErrors.Select(DecimalAsString.Text)),
    ];

    /// <summary>Of a budget that nothing was billed of.</summary>
    private static string?[] Cells(DateOnly month, string name, decimal? budget) =>
        [month.MonthText(), name, "0", null, null, DecimalAsString.TextOrNull(budget), null];

    private static string Percent(decimal percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:#,0} %");

    private static string Off(decimal percent) =>
        string.Create(CultureInfo.InvariantCulture, $"{percent:+#,0.0;-#,0.0;0.0} %");

    private sealed record Line(
        string? Name, MonthForecast Forecast, IReadOnlyList<decimal> PastErrors, decimal? BudgetUsd);
}

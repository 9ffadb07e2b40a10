using EventPipeline.Load;
using static System.FormattableString;

namespace EventPipeline.Anomalies;

/// <summary>
/// Finds days that are unlike the days before them, and restatements that are no routine. What counts as unlike is said
/// in <c>Sql/statements/unusual_days.sql</c>.
/// </summary>
internal sealed class UnusualDays(IWarehouse warehouse)
{
    /// <summary>How many days a run is asked about: those that it read last, and a week of runs that failed.</summary>
    public const int Judged = 7;

    /// <summary>What is unusual, the oldest day first.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="from">The first day that is judged.</param>
    /// <param name="to">The last day, inclusive.</param>
    /// <param name="restatedSince">Restatements that were read since then are judged, of any day.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Anomaly>> FindAsync(
        string dataset,
        DateOnly from,
        DateOnly to,
        DateTimeOffset restatedSince,
        CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create("unusual_days", ("from", from), ("to", to), ("since", restatedSince)),
            cancellationToken);
        return [.. rows.Select(Read)];
    }

    private static Anomaly Read(Row row)
    {
        var (kind, day, unit) = (row.Text("kind"), row.Date("usage_date"), row.Text("unit"));
        var (value, expected) = (row.Exact("value"), row.Exact("expected"));
        var whose = new Suspect(
            row.Text("vendor"), row.Text("account"), row.Text("account_id"), row.TextOrNull("report"));
        var before = Invariant($"its {row.GetInt64("days_before")} {Kind(day)} before");
        var name = $"{whose.Vendor}/{whose.Account}{(whose.Report is null ? "" : $"/{whose.Report}")}";
        var reason = kind switch
        {
            AnomalyKind.EmptyDay =>
                Invariant($"{name} has no rows for {Date(day)}; {before} all had some, {expected:#,0.##} on average."),
            AnomalyKind.Volume =>
                Invariant($"{name} has {value:#,0} {unit} for {Date(day)}, and {before} {expected:#,0.##} on average."),
            AnomalyKind.Cost =>
                Invariant($"{name} was billed {value:#,0.00} US dollars for {Date(day)}, {Percent(value, expected)} ")
                + Invariant($"of the mean of the last seven {Kind(day)} before, {expected:#,0.00}."),
            _ =>
                $"The vendor changed {name} of {Date(day)}"
                + (row.Flag("was_settled") ? " after the day was final: " : ": ")
                + (value == expected
                    ? "other content, the same sums."
                    : Invariant($"{Amount(value, unit)} {unit} instead of {Amount(expected, unit)}.")),
        };
        return new Anomaly(
            kind,
            whose,
            day,
            value,
            expected,
            unit,
            reason,
            row.TextOrNull("load_id") is { } load ? $"{day.Text()} {load} {unit}" : day.Text());
    }

    private static string Kind(DateOnly day) => day.IsWeekend() ? "Saturdays and Sundays" : "working days";

    private static string Date(DateOnly day) => Invariant($"{day.DayOfWeek} {day:yyyy-MM-dd}");

    private static string Percent(decimal value, decimal expected) =>
        expected > 0 ? Invariant($"{100 * value / expected:#,0} %") : "far more than 120 %";

    private static string Amount(decimal value, string unit) =>
        unit == "US dollars" ? Invariant($"{value:#,0.00####}") : Invariant($"{value:#,0}");
}

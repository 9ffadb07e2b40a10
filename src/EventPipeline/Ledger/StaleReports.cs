using System.Globalization;
using EventPipeline.Anomalies;
using EventPipeline.Telemetry;

namespace EventPipeline.Ledger;

/// <summary>Finds reports whose data is too old after a run that was to make it fresh.</summary>
internal static class StaleReports
{
    /// <summary>
    /// How long ago the last complete day may have ended: a day, until the next run is over, and an hour for it.
    /// </summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(25);

    /// <summary>Those that are too old, each once for the day that it is complete until.</summary>
    public static IReadOnlyList<Anomaly> Find(IEnumerable<ReportFreshness> reports, DateTimeOffset now) =>
    [
        .. from report in reports
           let day = report.DataCompleteUntil
           where day.HasValue
           let age = PipelineMetrics.Age(day.Value, now)
           where age > MaxAge
           select Create(report, day.Value, age),
    ];

    private static Anomaly Create(ReportFreshness report, DateOnly day, TimeSpan age)
    {
        var hours = Math.Round((decimal)age.TotalHours, 1);
        return new Anomaly(
            AnomalyKind.Stale,
            new Suspect(report.Vendor, report.Account, report.AccountId, report.Report),
            day,
            hours,
            (decimal)MaxAge.TotalHours,
            "hours",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Subject} is complete until {day:yyyy-MM-dd} only, {hours} hours ago.")
            + (report.LastError is { } error ? $" Its last error: {error}" : ""),
            day.Text());
    }
}

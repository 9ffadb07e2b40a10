using EventPipeline.Telemetry;
using EventPipeline.Vendors;

namespace EventPipeline.Ledger;

/// <summary>Says how fresh the production data of every configured account is, once a run has ended. Never fails the run.</summary>
internal sealed partial class FreshnessReport(
    RunStatus status, Accounts accounts, PipelineMetrics metrics, TimeProvider clock, ILogger<FreshnessReport> logger)
{
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            // An account that was renamed or removed grows old for ever and is nobody's concern.
            var reports = (await status.FreshnessAsync(cancellationToken)).Where(report => accounts.Find(report.Vendor, report.Account) is not null).ToList();
            metrics.CompleteUntil(
                from report in reports
                let day = report.DataCompleteUntil
                where day.HasValue
                select (report.Vendor, report.Account, report.Report, day.Value));
            foreach (var report in reports)
            {
                var age = report.DataCompleteUntil is { } day ? Math.Round(PipelineMetrics.Age(day, clock.GetUtcNow()).TotalHours, 3) : (double?)null;
                FreshnessLog.Freshness(logger, report.Vendor, report.Account, report.Report, report.DataCompleteUntil, age, report.LastError);
            }
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            FreshnessLog.Unknown(logger, unknown);
        }
    }

    private static partial class FreshnessLog
    {
        [LoggerMessage(1, LogLevel.Information, "{Vendor}/{Account}/{Report} is complete until {DataCompleteUntil:yyyy-MM-dd}, {AgeHours} hours ago.",
            EventName = "freshness")]
        public static partial void Freshness(
            ILogger logger, string vendor, string account, string report, DateOnly? dataCompleteUntil, double? ageHours, string? lastError);

        [LoggerMessage(2, LogLevel.Warning, "How fresh the data is could not be found out.")]
        public static partial void Unknown(ILogger logger, Exception exception);
    }
}

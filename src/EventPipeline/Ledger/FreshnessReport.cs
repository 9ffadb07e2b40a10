using System.Globalization;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Ledger;

/// <summary>
/// Determines how fresh the production data of every configured account is. It never throws to its caller.
/// </summary>
internal sealed partial class FreshnessReport(
    RunStatus status,
    ConfiguredAccounts accounts,
    KnownVendors vendors,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<FreshnessReport> logger)
{
    /// <summary>Updates the gauge from the dataset.</summary>
    public Task LookAsync(CancellationToken cancellationToken) => ReadAsync(_ => { }, cancellationToken);

    /// <summary>Does the same and logs an entry for every report: a run has ended.</summary>
    /// <returns>The reports; none where that could not be told.</returns>
    public Task<IReadOnlyList<ReportFreshness>> TellAsync(CancellationToken cancellationToken) =>
        ReadAsync(Tell, cancellationToken);

    private async Task<IReadOnlyList<ReportFreshness>> ReadAsync(
        Action<ReportFreshness> tell, CancellationToken cancellationToken)
    {
        try
        {
            // An account that was renamed or removed grows stale forever and does not matter, nor does a report that
            // the account does not read any more.
            var reports = (await status.FreshnessAsync(cancellationToken))
                .Where(report => accounts.Reads(report.Subject, vendors))
                .ToList();
            metrics.CompleteUntil(
                from report in reports
                let day = report.DataCompleteUntil
                where day.HasValue
                select (report.Subject, day.Value));
            reports.ForEach(tell);
            return reports;
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            FreshnessLog.Unknown(logger, unknown);
            return [];
        }
    }

    private void Tell(ReportFreshness report)
    {
        var (vendor, account, name) = report.Subject;
        double? age = report.DataCompleteUntil is { } day
            ? Math.Round(PipelineMetrics.Age(day, clock.GetUtcNow()).TotalHours, 3)
            : null;
        var completeness = age is null
            ? "has never been read"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"is complete until {report.DataCompleteUntil:yyyy-MM-dd}, {age} hours ago");
        FreshnessLog.Freshness(
            logger,
            vendor,
            account,
            name,
            completeness,
            report.DataCompleteUntil,
            report.SettledUntil,
            age,
            report.FirstHole,
            report.LastError);

        if (report is { LastReadInFuture: true, LastReadBegan: { } began })
        {
            FreshnessLog.InFuture(logger, vendor, account, name, began);
        }
    }

    private static partial class FreshnessLog
    {
        [LoggerMessage(1, LogLevel.Information, "{Vendor}/{Account}/{Report} {Completeness}.",
            EventName = "freshness")]
        public static partial void Freshness(
            ILogger logger,
            string vendor,
            string account,
            string report,
            string completeness,
            DateOnly? dataCompleteUntil,
            DateOnly? settledUntil,
            double? ageHours,
            DateOnly? firstHole,
            string? lastError);

        [LoggerMessage(2, LogLevel.Warning, "Could not determine data freshness.")]
        public static partial void Unknown(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Warning,
            "The newest read of {Vendor}/{Account}/{Report} began at {LastReadBegan:O}, "
            + "which is in the future: a clock was ahead. "
            + "Later reads follow it and are shown; correct the clock.",
            EventName = "clock.ahead")]
        public static partial void InFuture(
            ILogger logger, string vendor, string account, string report, DateTimeOffset lastReadBegan);
    }
}

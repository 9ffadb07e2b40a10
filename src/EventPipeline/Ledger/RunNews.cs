using EventPipeline.Anomalies;
using EventPipeline.Load;
using EventPipeline.Telemetry;

namespace EventPipeline.Ledger;

/// <summary>
/// Reports to logs and metrics what the ledger has recorded. Event names and fields are a contract: alerts are built on
/// them, and docs/telemetry.md lists them. Anything that a person has to act on is an error.
/// </summary>
internal sealed partial class RunNews(
    PipelineMetrics metrics,
    FreshnessReport freshness,
    AnomalyWatch anomalies,
    TimeProvider clock,
    ILogger<RunNews> logger)
{
    /// <summary>An attempt failed, and the window will be retried.</summary>
    public void AttemptFailed(
        string runId, RunMode mode, Window window, string reason, int? attempt, string? messageId) =>
        NewsLog.AttemptFailed(logger, window, runId, mode.Name(), attempt, messageId, reason);

    /// <summary>A window met a quota, and waits for a later run to publish it.</summary>
    public void WindowWaits(
        string runId, RunMode mode, Window window, string reason, int? attempt, string? messageId) =>
        NewsLog.WindowWaits(logger, window, runId, mode.Name(), attempt, messageId, reason);

    /// <summary>A window ended.</summary>
    public void WindowEnded(string runId, RunMode mode, Window window, WindowEnd end, int? attempt, string? messageId)
    {
        var level = WindowState.IsFailure(end.State) ? LogLevel.Error : LogLevel.Information;
        var (modeName, seconds) = (mode.Name(), end.Duration?.TotalSeconds);
        NewsLog.WindowEnded(
            logger, level, window, runId, end.State, end.Rows, end.Tokens, end.Money.BilledUsd, end.Money.EstimatedUsd,
            end.Money.Others, end.LoadId, seconds, attempt, messageId, modeName, end.Reason);
        Drifted(runId, mode, window, end.Details.Drift);
    }

    /// <summary>A vendor sent something undocumented; nothing is told where it did not.</summary>
    public void Drifted(string runId, RunMode mode, Window window, IReadOnlyCollection<string> drift)
    {
        if (drift.Count > 0)
        {
            metrics.Drifted(window, mode, drift.Count);
            var (modeName, notes) = (mode.Name(), string.Join("; ", drift));
            NewsLog.Drift(logger, window, runId, modeName, drift.Count, notes);
        }
    }

    /// <summary>A run ended.</summary>
    public async Task RunEndedAsync(RunMode mode, RunDocument run, CancellationToken cancellationToken)
    {
        var duration = run.EndedAt is { } ended && ended > run.RequestedAt ? ended - run.RequestedAt : TimeSpan.Zero;
        var failed = run.Windows.Count(window => WindowState.IsFailure(window.State));
        metrics.RunEnded(mode, run.State, duration);
        var (level, modeName) = (run.State == "failed" ? LogLevel.Error : LogLevel.Information, mode.Name());
        NewsLog.RunCompleted(
            logger, level, run.RunId, run.State, run.Windows.Count, failed, run.RefusedWindows, run.Totals.Rows,
            run.Totals.Tokens, run.Totals.BilledUsd, run.Totals.EstimatedUsd, run.Totals.Money.Others,
            duration.TotalSeconds, modeName, run.From, run.To);
        if (mode == RunMode.Production)
        {
            var reports = await freshness.TellAsync(cancellationToken);
            if (run.To is { } to)
            {
                // A run that asked for older days was not to make anything fresh.
                var isDaily = to >= clock.Today().AddDays(-1);
                await anomalies.LookAsync(
                    run.RunId, to, isDaily ? StaleReports.Find(reports, clock.GetUtcNow()) : [], cancellationToken);
            }
        }
    }

    private static partial class NewsLog
    {
        [LoggerMessage(5, LogLevel.Warning, "{Window} of run {RunId} waits for a later run: {Reason}",
            EventName = "window.waiting")]
        public static partial void WindowWaits(
            ILogger logger, Window window, string runId, string mode, int? attempt, string? messageId, string reason);

        [LoggerMessage(1, LogLevel.Warning, "An attempt at {Window} of run {RunId} failed: {Reason}",
            EventName = "window.attempt_failed")]
        public static partial void AttemptFailed(
            ILogger logger, Window window, string runId, string mode, int? attempt, string? messageId, string reason);

        [LoggerMessage(
            EventId = 2,
            EventName = "window.ended",
            Message = "{Window} of run {RunId} ended {State} with {Rows} rows.")]
        public static partial void WindowEnded(
            ILogger logger,
            LogLevel level,
            Window window,
            string runId,
            string state,
            long rows,
            long tokens,
            decimal usd,
            decimal estimatedUsd,
            SumsByBasis otherUsd,
            string? loadId,
            double? durationSeconds,
            int? attempt,
            string? messageId,
            string mode,
            string? reason);

        [LoggerMessage(3, LogLevel.Warning, "{Window} of run {RunId} contained undocumented fields: {Notes}",
            EventName = "drift")]
        public static partial void Drift(
            ILogger logger, Window window, string runId, string mode, int count, string notes);

        [LoggerMessage(EventId = 4, EventName = "run.completed",
            Message =
                "Run {RunId} ended {Outcome}: {Windows} windows, of which {FailedWindows} failed and {RefusedWindows} "
                    + "were refused, {Rows} rows, {Usd} US dollars.")]
        public static partial void RunCompleted(
            ILogger logger,
            LogLevel level,
            string runId,
            string outcome,
            int windows,
            int failedWindows,
            int refusedWindows,
            long rows,
            long tokens,
            decimal usd,
            decimal estimatedUsd,
            SumsByBasis otherUsd,
            double durationSeconds,
            string mode,
            DateOnly? from,
            DateOnly? to);
    }
}

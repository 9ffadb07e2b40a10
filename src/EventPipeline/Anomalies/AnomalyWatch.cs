using EventPipeline.Load;
using EventPipeline.Telemetry;
using Microsoft.Extensions.Options;

namespace EventPipeline.Anomalies;

/// <summary>
/// Looks for what is unusual after a production run, records it, and logs what is new. It never throws to its caller:
/// what it cannot find out does not fail a run, and the next run looks at the same days again.
/// </summary>
internal sealed partial class AnomalyWatch(
    IWarehouse warehouse,
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<AnomalyWatch> logger)
{
    /// <summary>Looks at the days until the last that a run asked for.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="to">The last day that it asked for, UTC.</param>
    /// <param name="others">What its caller found.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task LookAsync(
        string runId, DateOnly to, IReadOnlyList<Anomaly> others, CancellationToken cancellationToken)
    {
        var dataset = datasets.Value.Dataset;
        try
        {
            var days = await new UnusualDays(warehouse).FindAsync(
                dataset,
                to.AddDays(1 - UnusualDays.Judged),
                to,
                clock.GetUtcNow().AddDays(-UnusualDays.Judged),
                cancellationToken);
            var budgets = await new BudgetUse(warehouse).FindAsync(dataset, to, cancellationToken);
            var news = await new AnomalyRegister(warehouse).AddAsync(
                dataset, [.. others, .. days, .. budgets], runId, cancellationToken);
            foreach (var anomaly in news)
            {
                Tell(anomaly, runId);
            }
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            AnomalyLog.Unknown(logger, runId, to, unknown);
        }
    }

    private void Tell(Anomaly anomaly, string runId)
    {
        var (vendor, account, _, report, team) = anomaly.Whose;
        metrics.Found(anomaly.Kind, vendor);
        AnomalyLog.Found(
            logger,
            anomaly.Reason,
            anomaly.Kind,
            vendor,
            account,
            report,
            team,
            anomaly.Day,
            anomaly.Value,
            anomaly.Expected,
            anomaly.Unit,
            runId);
    }

    private static partial class AnomalyLog
    {
        [LoggerMessage(1, LogLevel.Warning, "{Reason}", EventName = "anomaly")]
        public static partial void Found(
            ILogger logger,
            string reason,
            string kind,
            string? vendor,
            string? account,
            string? report,
            string? team,
            DateOnly usageDate,
            decimal? value,
            decimal? expected,
            string unit,
            string runId);

        [LoggerMessage(2, LogLevel.Warning,
            "Could not look for anomalies after run {RunId}, which asked for days until {To:yyyy-MM-dd}. The next run "
            + "looks at the week before its last day.")]
        public static partial void Unknown(ILogger logger, string runId, DateOnly to, Exception exception);
    }
}

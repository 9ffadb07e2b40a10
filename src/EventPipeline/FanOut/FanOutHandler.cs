using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Telemetry;

namespace EventPipeline.FanOut;

/// <summary>
/// Turns one run into one fetch message per window. If delivered twice, it publishes the stored plan twice, which is
/// harmless.
/// </summary>
internal sealed partial class FanOutHandler(
    RunPlanning planning,
    RunPlans plans,
    RunCompletion completion,
    RunDecisions decisions,
    UnfinishedRuns unfinished,
    WindowPublisher windows,
    WaitingWindows waiting,
    Backlog backlog,
    ILogger<FanOutHandler> logger)
{
    public async Task HandleAsync(RunRequested request, ReceivedEvent trigger, CancellationToken cancellationToken)
    {
        var runId = RunId.Create(trigger);
        RunSpan.Describe(runId, request.Mode);
        if (await DecisionAsync(runId, request.Mode, cancellationToken) == RunDecision.Cancelled)
        {
            return;
        }

        var plan = await plans.FindAsync(runId, request.Mode, cancellationToken)
            ?? await plans.StoreAsync(
                await planning.PlanAsync(runId, request, trigger.Time, cancellationToken), cancellationToken);
        switch (await DecisionAsync(runId, request.Mode, cancellationToken))
        {
            case RunDecision.Cancelled:
                return; // While it was planned.
            case RunDecision.Paused when await WaitsAsync(plan, cancellationToken):
                break;
            default:
                await PublishAsync(plan, cancellationToken);
                break;
        }

        await waiting.PublishAsync(plan.Mode, trigger.Time, cancellationToken);
        await EndStalledAsync(plan.Mode, runId, cancellationToken);
        if (plan.Windows.All(planned => planned.Skipped))
        {
            await completion.CompleteWhenAllEndedAsync(runId, plan.Mode, RunCompletion.Trigger, cancellationToken);
        }
    }

    private async Task PublishAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var published = plan.Windows.Where(planned => planned.IsPublished).ToList();
        await windows.PublishAsync(plan.RunId, plan.Mode, plan.RequestedAt, published, cancellationToken);
        Log.Published(
            logger,
            plan.RunId,
            published.Count,
            plan.Windows.Count(planned => planned.Waiting),
            plan.Windows.Count(planned => planned.Skipped),
            plan.Mode.Name(),
            plan.From,
            plan.To);
    }

    /// <summary>
    /// Of a plan that was published in part, when its trigger was cut off, nobody knows what was not: all of it waits,
    /// but for what has succeeded. If the run was resumed before that was recorded, it is published all the same.
    /// </summary>
    private async Task<bool> WaitsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        await backlog.RecordPausedAsync(
            plan.RunId,
            plan.Mode,
            plan.Windows.Where(planned => planned.IsPublished).Select(planned => planned.Window),
            cancellationToken);
        if (await DecisionAsync(plan.RunId, plan.Mode, cancellationToken) == RunDecision.None)
        {
            return false;
        }

        Log.Paused(logger, plan.RunId, plan.Mode.Name());
        return true;
    }

    private async Task<RunDecision> DecisionAsync(string runId, RunMode mode, CancellationToken cancellationToken)
    {
        var decision = await decisions.AskAsync(runId, mode, RunCompletion.Trigger, cancellationToken);
        if (decision == RunDecision.Cancelled)
        {
            Log.Cancelled(logger, runId, mode.Name());
        }

        return decision;
    }

    /// <summary>A run that has stalled is not this one's failure, nor is that it cannot be ended now.</summary>
    private async Task EndStalledAsync(RunMode mode, string ownRunId, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var stalled in await unfinished.EndStalledAsync(mode, ownRunId, cancellationToken))
            {
                Log.EndedStalled(logger, stalled, mode.Name());
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StalledLeft(logger, failure, mode.Name());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "Run {RunId} requests {Windows} windows, leaves {Waiting} waiting and skips {Skipped}.",
            EventName = "run.planned")]
        public static partial void Published(
            ILogger logger,
            string runId,
            int windows,
            int waiting,
            int skipped,
            string mode,
            DateOnly from,
            DateOnly to);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "Run {RunId} publishes nothing: it was cancelled.",
            EventName = "run.cancelled")]
        public static partial void Cancelled(ILogger logger, string runId, string mode);

        [LoggerMessage(
            3,
            LogLevel.Warning,
            "Run {RunId} had stalled, and ended as failed. GET /runs/{RunId} says what was not read.",
            EventName = "run.stalled")]
        public static partial void EndedStalled(ILogger logger, string runId, string mode);

        [LoggerMessage(
            5,
            LogLevel.Information,
            "Run {RunId} publishes nothing: it is paused.",
            EventName = "run.paused")]
        public static partial void Paused(ILogger logger, string runId, string mode);

        [LoggerMessage(
            4,
            LogLevel.Warning,
            "Stalled runs in the dataset of mode {Mode} were not ended; the next run tries again.")]
        public static partial void StalledLeft(ILogger logger, Exception exception, string mode);
    }
}

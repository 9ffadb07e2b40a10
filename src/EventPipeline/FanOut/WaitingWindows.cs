using EventPipeline.Ledger;

namespace EventPipeline.FanOut;

/// <summary>Publishes what waits: for a day with load jobs to spare, or for somebody to resume its run.</summary>
internal sealed partial class WaitingWindows(
    WindowPublisher windows,
    Backlog backlog,
    RunDecisions decisions,
    TimeProvider clock,
    ILogger<WaitingWindows> logger)
{
    /// <summary>
    /// Publishes what earlier runs left waiting and nobody has paused, the oldest run first, as far as a day's load
    /// jobs go. Cut off, it publishes some of it twice, which is harmless: a window that has ended is not read again.
    /// </summary>
    /// <param name="mode">
    /// The mode of the trigger in hand. What waits in another dataset than its own does not fail it.
    /// </param>
    /// <param name="time">The time of the trigger in hand, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task PublishAsync(RunMode mode, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (own, other) = mode == RunMode.Development
            ? (RunMode.Development, RunMode.Production)
            : (RunMode.Production, RunMode.Development);
        await PublishAsync(own, time, resumed: null, cancellationToken);
        try
        {
            await PublishAsync(other, time, resumed: null, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            WaitingLog.StillWaiting(logger, failure, other.Name());
        }
    }

    /// <summary>
    /// Resumes a run that is paused, and publishes what waits of it before what waits of others. What a daily run reads
    /// does not wait for load jobs, nor do a few windows.
    /// </summary>
    /// <param name="run">The run; if it is not paused, what waits of it is published all the same.</param>
    /// <param name="by">Who resumes it.</param>
    /// <param name="time">What time it is for triggers, UTC.</param>
    /// <param name="cancellationToken">Stops; the next run publishes the rest.</param>
    public async Task ResumeAsync(
        RunDocument run, string by, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var mode = RunDecisions.ModeOf(run);
        if (run.State == RunDocument.Paused)
        {
            await backlog.RecordUnusedAsync(
                run.RunId,
                mode,
                unused => windows.Budget(published: 0).Groups(unused).Sum(WindowGroups.LoadsOf),
                cancellationToken);
            await decisions.ResumeAsync(run, by, cancellationToken);
        }

        await PublishAsync(mode, time, run.RunId, cancellationToken);
    }

    private async Task PublishAsync(
        RunMode mode, DateTimeOffset time, string? resumed, CancellationToken cancellationToken)
    {
        var state = await backlog.FindAsync(mode, cancellationToken);
        var budget = windows.Budget(state.Published);
        var runs = state.Runs.OrderBy(runId => runId != resumed);
        foreach (var runId in runs.TakeWhile(runId => runId == resumed || budget.Left > 0))
        {
            var waiting = await backlog.WaitingAsync(runId, mode, cancellationToken);
            var some = runId == resumed
                ? budget.ForResumed(waiting)
                : [.. waiting.Take(budget.Fitting(waiting))];
            if (some.Count == 0)
            {
                continue;
            }

            var (began, groups) = (clock.GetUtcNow(), budget.Groups(some).ToList());
            await windows.PublishAsync(runId, mode, time, groups, cancellationToken);
            await backlog.RecordPublishedAsync(
                runId,
                mode,
                groups.Select(group => (WindowGroups.CountedLoadsOf(group), group)),
                began,
                cancellationToken);
            WaitingLog.PublishedWaiting(logger, some.Count, runId, waiting.Count - some.Count, mode.Name());
            budget = budget with { Left = Math.Max(0, budget.Left - groups.Sum(WindowGroups.CountedLoadsOf)) };
        }
    }

    private static partial class WaitingLog
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Windows} windows of run {RunId} that waited were published; {Waiting} still wait.",
            EventName = "run.resumed")]
        public static partial void PublishedWaiting(
            ILogger logger, int windows, string runId, int waiting, string mode);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "The windows that wait in the dataset of mode {Mode} could not be published; the next run tries again.")]
        public static partial void StillWaiting(ILogger logger, Exception exception, string mode);
    }
}

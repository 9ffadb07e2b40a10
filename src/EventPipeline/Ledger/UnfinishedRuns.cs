using System.Globalization;
using System.Text.Json;
using EventPipeline.DeadLetters;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Ends runs that nobody works on any more: what was to go on with them does not come.</summary>
internal sealed class UnfinishedRuns(RunEvents ledger, RunCompletion completion, TimeProvider clock)
{
    // A run that has been silent for longer was ended by an earlier version, or by nobody; it only shows as stalled.
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(31);

    /// <inheritdoc cref="RunGaveUp"/>
    /// <remarks>
    /// A plan wins over a failure of its trigger, whichever comes first, so that a replay completes the run. If there
    /// is a plan whose messages Pub/Sub did not accept, the windows that have not ended end with the trigger; what the
    /// replay reads wins over that too. Those that wait do not need it: a later run publishes them.
    /// </remarks>
    public async Task RecordTriggerFailedAsync(
        string endId,
        string runId,
        RunMode? mode,
        DateTimeOffset? publishedAt,
        bool isRejected,
        string reason,
        CancellationToken cancellationToken)
    {
        if (publishedAt is { } at && await ledger.FindPlannedAsync(at, cancellationToken) is { } planned)
        {
            runId = planned;
        }

        if ((mode ?? await ledger.FindModeAsync(runId, cancellationToken)) is not { } known)
        {
            return; // The run is unknown.
        }

        var events = await ledger.OfAsync(runId, known, cancellationToken);
        if (RunHistory.Cancellation(events) is not null)
        {
            return; // It has ended.
        }

        if (isRejected && events.Count == 0)
        {
            return; // A trigger rejected on arrival has started nothing: its dead letter says everything.
        }

        var plan = RunHistory.Plan(events);
        if (plan is null || !isRejected)
        {
            var state = isRejected ? WindowState.Rejected : WindowState.Failed;
            await EndAsync(endId, runId, known, plan, events, WindowEnd.Failure(state, reason), cancellationToken);
        }

        await completion.CompleteWhenAllEndedAsync(runId, known, RunCompletion.Trigger, cancellationToken);
    }

    /// <summary>
    /// Ends the runs that have stalled in the dataset of a mode, as failed, and announces the ends that nobody has
    /// announced for as long. What ends better afterwards, such as a message that still comes, wins over that.
    /// </summary>
    /// <param name="mode">The mode.</param>
    /// <param name="except">The run in hand, whose windows were published just now.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The runs that had stalled.</returns>
    public async Task<IReadOnlyList<string>> EndStalledAsync(
        RunMode mode, string except, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = new List<string>();
        var silent = await ledger.FindSilentAsync(
            mode, now - Lookback, now - RunHistory.StalledAfter, cancellationToken);
        foreach (var (runId, own) in silent.Where(run => run.RunId != except))
        {
            var events = await ledger.OfAsync(runId, own, cancellationToken);
            var run = RunHistory.Document(runId, events, now);
            if (run.Outcome is not null)
            {
                await completion.CompleteWhenAllEndedAsync(runId, own, RunCompletion.Trigger, cancellationToken);
            }

            if (run.SilentForHours is not { } hours)
            {
                continue;
            }

            var reason = string.Create(CultureInfo.InvariantCulture, $"Nothing was recorded of it for {hours} hours")
                + ", longer than a message is on its way. If one still comes, the run goes on; otherwise request its "
                + "days again.";
            await EndAsync(
                $"stalled_{runId}",
                runId,
                own,
                RunHistory.PlanOf(runId, events),
                events,
                WindowEnd.Failure(WindowState.Failed, reason),
                cancellationToken);
            await completion.CompleteWhenAllEndedAsync(runId, own, RunCompletion.Trigger, cancellationToken);
            ended.Add(runId);
        }

        return ended;
    }

    /// <summary>Ends the windows of a plan that are open, or without one the run itself.</summary>
    private async Task EndAsync(
        string endId,
        string runId,
        RunMode mode,
        RunPlan? plan,
        IReadOnlyList<Row> events,
        WindowEnd end,
        CancellationToken cancellationToken)
    {
        if (plan is not null)
        {
            await EndWindowsAsync(endId, plan, events, end, cancellationToken);
            return;
        }

        var row = ledger.Create(runId, RunHistory.TriggerFailed, mode);
        (row["state"], row["reason"]) = (end.State, end.Reason);
        await ledger.InsertAsync(mode, $"trigger_{endId}", [row], cancellationToken);
    }

    private async Task EndWindowsAsync(
        string endId, RunPlan plan, IReadOnlyList<Row> events, WindowEnd end, CancellationToken cancellationToken)
    {
        var settled = WindowWaits.Of(plan.RunId, events).Select(planned => planned.Window.Id)
            .Concat(RunHistory.Ended(events))
            .ToHashSet(StringComparer.Ordinal);
        var open = plan.Windows.Index()
            .Where(planned => !planned.Item.Skipped && !settled.Contains(planned.Item.Window.Id));
        foreach (var some in open.Chunk(RunEvents.MaxRowsPerInsert))
        {
            var rows = some.Select(planned =>
            {
                var row = ledger.Create(plan.RunId, RunHistory.WindowEnded, plan.Mode, planned.Item.Window);
                (row["state"], row["reason"]) = (end.State, end.Reason);
                row["details"] = JsonSerializer.Serialize(end.Details, EndDetailsJson.Default.EndDetails);
                return (IReadOnlyDictionary<string, object?>)row;
            });
            await ledger.InsertAsync(plan.Mode, $"end_{endId}_{some[0].Index}", [.. rows], cancellationToken);
        }
    }
}

using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>Announces that a run has ended, once per outcome, when nothing is left to do.</summary>
internal sealed class RunCompletion(
    RunEvents events,
    KnownRuns runs,
    PublishMessages publish,
    RunNews news,
    IOptions<DatasetOptions> datasets,
    TimeProvider clock)
{
    /// <summary>The teller of a run's end whose message in hand is the run's trigger.</summary>
    public const string Trigger = "trigger";

    private static readonly TimeSpan ClaimHolds = TimeSpan.FromHours(1);

    /// <summary>
    /// Counts the ends of a run's windows; the delivery that sees the last one publishes
    /// <c>eventpipeline.run.completed.v1</c>, under an event id derived from the run's id and outcome, so that a replay
    /// that fixes a failed run is announced too.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="teller">Whose message is in hand: a window's id, or <see cref="Trigger"/>.</param>
    /// <param name="cancellationToken">Stops; the message is redelivered.</param>
    public Task CompleteWhenAllEndedAsync(
        string runId, RunMode mode, string teller, CancellationToken cancellationToken) =>
        CompleteWhenAllEndedAsync(runId, mode, teller, [], _ => { }, cancellationToken);

    /// <inheritdoc cref="CompleteWhenAllEndedAsync(string, RunMode, string, CancellationToken)"/>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="teller">Whose message is in hand: a window's id, or <see cref="Trigger"/>.</param>
    /// <param name="loads">Loads to ask about in the same breath.</param>
    /// <param name="tell">Told what of them became visible; not called for a run without a plan.</param>
    /// <param name="cancellationToken">Stops; the message is redelivered.</param>
    public async Task CompleteWhenAllEndedAsync(
        string runId,
        RunMode mode,
        string teller,
        IReadOnlyList<CommittedLoad> loads,
        Action<IReadOnlyList<Row>> tell,
        CancellationToken cancellationToken)
    {
        // Of a planned run the ends are only counted until they are complete.
        if (await events.FindPlanAsync(runId, mode, cancellationToken) is { PlanId: not null } plan)
        {
            var (standing, visible) = await events.StandingAsync(runId, mode, plan, loads, cancellationToken);
            tell(visible);
            if (standing.HasNoNews)
            {
                if (standing.ToldCompleted)
                {
                    runs.RememberCompleted(datasets.Value.For(mode), runId);
                }

                return;
            }
        }

        var known = await events.OfAsync(runId, mode, cancellationToken);
        if (known.Count == 0 || RunHistory.Document(runId, known, clock.GetUtcNow()) is not { Outcome: { } outcome } run
            || RunHistory.WasTold(known, outcome)
            || !await MayTellAsync(runId, mode, outcome, teller, known, cancellationToken))
        {
            return;
        }

        var message = new RunCompleted(runId, mode, outcome, run.Totals) { RefusedWindows = run.RefusedWindows };
        await publish(
            Topic.Completed,
            [
                OutgoingMessage.CloudEvent(
                    $"{runId}.{outcome}",
                    RunCompleted.EventType,
                    clock.GetUtcNow(),
                    JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.RunCompleted)),
            ],
            cancellationToken);
        var row = events.Create(runId, RunHistory.Completed, mode);
        row["state"] = outcome;
        if (await events.InsertAsync(mode, $"completed_{runId}_{outcome}", [row], cancellationToken))
        {
            await news.RunEndedAsync(mode, run, cancellationToken);
        }

        if (outcome == RunDocument.Completed)
        {
            runs.RememberCompleted(datasets.Value.For(mode), runId);
        }
    }

    /// <summary>
    /// Whether this process knows that it was announced that a run has completed: then nothing is left to announce.
    /// </summary>
    public bool WasCompleted(string runId, RunMode mode) => runs.HasCompleted(datasets.Value.For(mode), runId);

    /// <summary>
    /// Claims the announcement before anything is published. One message holds the claim: it is not acknowledged until
    /// it has announced the end, so it is redelivered if it was cut off, and all others leave it to that one. After an
    /// hour, longer than any redelivery takes, any message may take over.
    /// </summary>
    private async Task<bool> MayTellAsync(
        string runId,
        RunMode mode,
        string outcome,
        string teller,
        IReadOnlyList<Row> known,
        CancellationToken cancellationToken)
    {
        if (Claim(known) is not { } claim)
        {
            var row = events.Create(runId, RunHistory.Completing, mode);
            (row["state"], row["details"]) = (outcome, JsonSerializer.Serialize(teller));
            if (await events.InsertAsync(mode, $"completing_{runId}_{outcome}", [row], cancellationToken))
            {
                return true;
            }

            claim = Claim(await events.OfAsync(runId, mode, cancellationToken))
                ?? throw new TransientFailureException(
                    $"The end of run {runId} was claimed, but the claim is missing.");
        }

        return JsonSerializer.Deserialize<string>(claim.Text("details")) == teller
            || claim.Timestamp("recorded_at") < clock.GetUtcNow() - ClaimHolds;

        Row? Claim(IEnumerable<Row> rows) =>
            rows.FirstOrDefault(
                row => row.Text("event") == RunHistory.Completing && row.TextOrNull("state") == outcome);
    }
}

using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Announces that a run has ended, once per outcome, when nothing is left to do.</summary>
internal sealed class RunCompletion(RunEvents events, PublishMessages publish, RunNews news, TimeProvider clock)
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
    public async Task CompleteWhenAllEndedAsync(
        string runId, RunMode mode, string teller, CancellationToken cancellationToken) =>
        await CompleteWhenAllEndedAsync(
            runId, mode, teller, await events.OfAsync(runId, mode, cancellationToken), cancellationToken);

    /// <inheritdoc cref="CompleteWhenAllEndedAsync(string, RunMode, string, CancellationToken)"/>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="teller">Whose message is in hand: a window's id, or <see cref="Trigger"/>.</param>
    /// <param name="known">The run's events, read after the last end was recorded.</param>
    /// <param name="cancellationToken">Stops; the message is redelivered.</param>
    public async Task CompleteWhenAllEndedAsync(
        string runId, RunMode mode, string teller, IReadOnlyList<Row> known, CancellationToken cancellationToken)
    {
        if (known.Count == 0 || RunHistory.Document(runId, known, clock.GetUtcNow()) is not { Outcome: { } outcome } run
            || RunHistory.WasTold(known, outcome)
            || !await MayTellAsync(runId, mode, outcome, teller, known, cancellationToken))
        {
            return;
        }

        var message = new RunCompleted(runId, mode, outcome, run.Totals);
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

        // Two deliveries of one message both insert under one id: the row shows which of them won.
        var own = JsonSerializer.Serialize(Guid.CreateVersion7(clock.GetUtcNow()));
        row["details"] = own;
        await events.InsertAsync(mode, $"completed_{runId}_{outcome}", [row], cancellationToken);
        if ((await events.OfAsync(runId, mode, cancellationToken)).Any(told =>
            told.Text("event") == RunHistory.Completed && told.TextOrNull("details") == own))
        {
            await news.RunEndedAsync(mode, run, cancellationToken);
        }
    }

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
            await events.InsertAsync(mode, $"completing_{runId}_{outcome}", [row], cancellationToken);
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

using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Tells that a run has ended, once per outcome, when nothing of it is left to do.</summary>
internal sealed class RunCompletion(RunEvents events, PublishMessages publish, RunNews news, TimeProvider clock)
{
    /// <summary>The teller of a run's end that holds the run's trigger in hand.</summary>
    public const string Trigger = "trigger";

    private static readonly TimeSpan ClaimHolds = TimeSpan.FromHours(1);

    /// <summary>
    /// Counts the ends of a run; whoever sees the last one publishes <c>eventpipeline.run.completed.v1</c>, under an event id derived from the
    /// run's and its outcome, so that a replay that mends a failed run is told too.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="teller">Whose message is in hand: a window's id, or <see cref="Trigger"/>.</param>
    /// <param name="cancellationToken">Stops; the message comes again.</param>
    public async Task CompleteWhenAllEndedAsync(string runId, RunMode mode, string teller, CancellationToken cancellationToken) =>
        await CompleteWhenAllEndedAsync(runId, mode, teller, await events.OfAsync(runId, mode, cancellationToken), cancellationToken);

    /// <inheritdoc cref="CompleteWhenAllEndedAsync(string, RunMode, string, CancellationToken)"/>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="teller">Whose message is in hand: a window's id, or <see cref="Trigger"/>.</param>
    /// <param name="known">The run's events, read after the last end was recorded.</param>
    /// <param name="cancellationToken">Stops; the message comes again.</param>
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

        // Two deliveries of one message both insert, under one id: whose row it is tells.
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
    /// Claims the telling, before anything is published. One message holds the claim: it is not acknowledged before it has told, so it comes again where it
    /// was cut off, and everybody else leaves it to that one. After an hour, which no message takes from one delivery to the next, anybody may.
    /// </summary>
    private async Task<bool> MayTellAsync(
        string runId, RunMode mode, string outcome, string teller, IReadOnlyList<Row> known, CancellationToken cancellationToken)
    {
        if (Claim(known) is not { } claim)
        {
            var row = events.Create(runId, RunHistory.Completing, mode);
            (row["state"], row["details"]) = (outcome, JsonSerializer.Serialize(teller));
            await events.InsertAsync(mode, $"completing_{runId}_{outcome}", [row], cancellationToken);
            claim = Claim(await events.OfAsync(runId, mode, cancellationToken))
                ?? throw new TransientFailureException($"The end of run {runId} was claimed and the claim is not there.");
        }

        return JsonSerializer.Deserialize<string>(claim.Text("details")) == teller || claim.Timestamp("recorded_at") < clock.GetUtcNow() - ClaimHolds;

        Row? Claim(IEnumerable<Row> rows) =>
            rows.FirstOrDefault(row => row.Text("event") == RunHistory.Completing && row.TextOrNull("state") == outcome);
    }
}

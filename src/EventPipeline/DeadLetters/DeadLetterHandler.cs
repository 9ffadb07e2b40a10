using System.Text.Json;
using System.Text.RegularExpressions;
using EventPipeline.FanOut;
using EventPipeline.Telemetry;
using EventPipeline.Trigger;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Stores what comes by the dead-letter topic: a dead letter that the door wrote, a copy that Pub/Sub forwarded, or whatever else it is.
/// It never rejects; nothing is behind it.
/// </summary>
internal sealed partial class DeadLetterHandler(
    DeadLetterStore store,
    WindowGaveUp windowGaveUp,
    LastFailure lastFailure,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<DeadLetterHandler> logger)
{
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(30);

    /// <summary>Stores one arrival; a repetition changes nothing.</summary>
    /// <param name="arrival">What came.</param>
    /// <param name="unreadable">Why the request could not be read as a message; null when it could.</param>
    /// <param name="cancellationToken">Stops; the message comes again.</param>
    public async Task HandleAsync(Arrival arrival, RejectedEventException? unreadable, CancellationToken cancellationToken)
    {
        if (unreadable is null && OwnLetter(arrival) is { } letter)
        {
            await StoreAsync(letter, cancellationToken);
            return;
        }

        if (unreadable is null && arrival.Message.IsForwarded)
        {
            var (original, reason, topic) = ForwardedCopy.Restore(arrival);
            var fetch = topic == Topic.Fetch ? FetchRequestOf(original) : null;
            var told = fetch is null ? reason : await WithLastFailureAsync(reason, fetch, cancellationToken);
            await StoreAsync(DeadLetterWriter.Write(original, told, topic, clock.GetUtcNow()), cancellationToken);
            if (fetch is not null)
            {
                await windowGaveUp(fetch, reason.Message, cancellationToken);
            }

            return;
        }

        var why = unreadable ?? new RejectedEventException(
            "A message on the dead-letter topic is no dead letter of this service and no copy that Pub/Sub forwarded.",
            "Look at who published it; it can be discarded.");
        await StoreAsync(DeadLetterWriter.Write(Prefix(arrival), why, sourceTopic: null, clock.GetUtcNow()), cancellationToken);
    }

    private async Task StoreAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        await store.RecordOpenAsync(letter, clock.GetUtcNow(), cancellationToken);
        metrics.DeadLettered(letter.Cause, letter.SourceTopic);
        HandlerLog.Stored(
            logger, letter.Id, letter.SourceTopic, letter.Replays, letter.Reason, letter.Hint, letter.Cause, letter.EventId, letter.EventType, letter.MessageId);
    }

    /// <summary>The reason with what the last attempt failed of. Storing the letter does not depend on it: what cannot be looked up is left out.</summary>
    private async Task<RejectedEventException> WithLastFailureAsync(
        RejectedEventException reason, FetchRequested fetch, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LookUpLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await lastFailure(fetch, either.Token) is { } last
                ? new RejectedEventException($"{reason.Message} The last attempt: {last}", reason.Hint, reason.Cause)
                : reason;
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            HandlerLog.LastFailureUnknown(logger, unknown, fetch.Window, fetch.RunId);
            return reason;
        }
    }

    private static DeadLetter? OwnLetter(Arrival arrival)
    {
        try
        {
            var received = CloudEventReader.Read(arrival);
            return received.Type == DeadLetter.OwnEventType
                && StrictJson.Parse(received.Data, "The dead letter").Deserialize(DeadLetterJson.Default.DeadLetter) is { } letter
                && Id().IsMatch(letter.Id)
                && Convert.FromBase64String(letter.Payload) is not null
                && letter.Replays is >= 0 and < int.MaxValue
                ? letter
                : null;
        }
        catch (Exception ex) when (ex is RejectedEventException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static FetchRequested? FetchRequestOf(Arrival original)
    {
        try
        {
            return original.Event is { } received ? FetchRequestedReader.Read(received.Data) : null;
        }
        catch (RejectedEventException)
        {
            return null;
        }
    }

    // Whatever it is, a look at its beginning has to do.
    private static Arrival Prefix(Arrival arrival)
    {
        const int most = 64 * 1024;
        var message = arrival.Message;
        if (message.Data.Length > most)
        {
            arrival.Message = message with
            {
                Data = message.Data[..most],
                Whole = message.Whole ?? new DataSize(message.Data.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(message.Data.Span))),
            };
        }

        return arrival;
    }

    [GeneratedRegex(@"\Adl-[0-9a-f]{20}\z")]
    private static partial Regex Id();

    private static partial class HandlerLog
    {
        /// <summary>A person has to look at it: what alerts on dead letters are built on, see docs/telemetry.md.</summary>
        [LoggerMessage(1, LogLevel.Error, "Stored the dead letter {DeadLetterId} of the {SourceTopic} topic, replayed {Replays} times so far: {Reason} {Hint}",
            EventName = "dead_letter.stored")]
        public static partial void Stored(
            ILogger logger,
            string deadLetterId,
            string? sourceTopic,
            int replays,
            string reason,
            string hint,
            string cause,
            string? eventId,
            string? eventType,
            string? messageId);

        [LoggerMessage(2, LogLevel.Warning, "What the last attempt at {Window} of run {RunId} failed of could not be looked up: its dead letter does not say it.")]
        public static partial void LastFailureUnknown(ILogger logger, Exception exception, Window window, string runId);
    }
}

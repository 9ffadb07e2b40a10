using System.Text.Json;
using EventPipeline.Events;
using EventPipeline.Messages;
using EventPipeline.Telemetry;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Stores what comes from the dead-letter topic: a dead letter that the door wrote, a copy that Pub/Sub forwarded, or
/// anything else. Then it ends what the message began: a window or a run. It never rejects; nothing comes after it. A
/// forwarded message whose window nobody has tried is no dead letter: it is published anew.
/// </summary>
internal sealed partial class DeadLetterHandler(
    DeadLetterStore store,
    WindowGaveUp windowGaveUp,
    RunGaveUp runGaveUp,
    LastFailure lastFailure,
    UntriedMessages untried,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<DeadLetterHandler> logger)
{
    /// <summary>
    /// How long a stored letter is redelivered because the end of its window or run could not be recorded.
    /// </summary>
    public static readonly TimeSpan EndIsTriedFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(30);

    /// <summary>Stores one arrival; repeating it changes nothing.</summary>
    public async Task HandleAsync(Arrival arrival, CancellationToken cancellationToken)
    {
        // An envelope inside the message must not decide when the letter was published or which message brought it.
        var (publishedAt, copyId) = (arrival.Message.Delivery.PublishTime, CopyIdOf(arrival.Message.Delivery));
        if (arrival is Arrival.Unreadable unreadable)
        {
            await StoreUnknownAsync(arrival, unreadable.Why, copyId, cancellationToken);
            return;
        }

        var read = CloudEventReader.Read(arrival);
        if (OwnLetter(read) is { } letter)
        {
            await StoreAsync(letter, copyId, cancellationToken);
            await EndAsync(letter, isRejected: true, $"{letter.Reason} {letter.Hint}", publishedAt, cancellationToken);
        }
        else if (read.Message.IsForwarded)
        {
            var (original, reason, topic) = ForwardedCopy.Restore(read);
            letter = DeadLetterWriter.WithLastError(
                DeadLetterWriter.Write(original, reason, topic, clock.GetUtcNow()), null);
            if (LetterContent.WindowsOf(letter) is [var window, ..])
            {
                var (last, isKnown) = await LastFailureAsync(window, cancellationToken);
                var mayReturn = isKnown
                    && reason.Cause == RejectionCause.AttemptsExhausted
                    && read.Message.Attributes[CopyMarks.TopicPublishTime] is not null;
                if (mayReturn && await untried.TryReturnAsync(letter, window, last, cancellationToken))
                {
                    return;
                }

                if (last?.Reason is { } failure)
                {
                    var explained = Explain(reason, $"The last attempt: {failure}");
                    letter = DeadLetterWriter.WithLastError(
                        DeadLetterWriter.Write(original, explained, topic, clock.GetUtcNow()), failure);
                }
                else if (UntriedMessages.ReturnsOf(letter) is var returns and > 0)
                {
                    reason = Explain(
                        reason,
                        FormattableString.Invariant(
                            $"No attempt is recorded since it was published, nor in the {returns} times before: ")
                            + "no delivery reached the service, or the service ended during each.");
                    letter = DeadLetterWriter.WithLastError(
                        DeadLetterWriter.Write(original, reason, topic, clock.GetUtcNow()), null);
                }
            }

            await StoreAsync(letter, copyId, cancellationToken);
            // A window that ends so says itself what its last attempt failed at.
            await EndAsync(letter, isRejected: false, reason.Message, publishedAt, cancellationToken);
        }
        else
        {
            var why = new RejectedEventException(
                "A message on the dead-letter topic is neither a dead letter of this service nor a copy that Pub/Sub "
                + "forwarded.",
                "Check who published it; it can be discarded.");
            await StoreUnknownAsync(read, why, copyId, cancellationToken);
        }
    }

    // Whatever it is, its beginning has to do.
    private Task StoreUnknownAsync(
        Arrival arrival, RejectedEventException why, string copyId, CancellationToken cancellationToken)
    {
        const int most = 64 * 1024;
        var message = arrival.Message;
        if (message.Data.Length > most)
        {
            var size = message.CutFrom ?? DataSize.Measure(message.Data.Span);
            arrival = arrival with { Message = message with { Data = message.Data[..most], CutFrom = size } };
        }

        var letter = DeadLetterWriter.Write(arrival, why, sourceTopic: null, clock.GetUtcNow());
        return StoreAsync(letter, copyId, cancellationToken);
    }

    // Pub/Sub's message id and publish time stay the same however often the message is delivered.
    private static string CopyIdOf(Delivery delivery) =>
        Shown.Plain(
            delivery.MessageId ?? FormattableString.Invariant($"published {delivery.PublishTime?.UtcDateTime:O}"),
            1024);

    private async Task StoreAsync(DeadLetter letter, string copyId, CancellationToken cancellationToken)
    {
        if (!await store.OpenAsync(letter, copyId, clock.GetUtcNow(), cancellationToken))
        {
            return;
        }

        metrics.DeadLettered(letter.Cause, letter.SourceTopic);
        HandlerLog.Stored(
            logger,
            letter.Id,
            letter.SourceTopic,
            letter.Replays,
            letter.Reason,
            letter.Hint,
            letter.Cause,
            letter.EventId,
            letter.EventType,
            letter.MessageId);
    }

    private static RejectedEventException Explain(RejectedEventException reason, string why) =>
        new($"{reason.Message} {why}", reason.Hint, reason.Cause);

    /// <summary>
    /// The last attempt that failed, and whether that is known: storing the letter does not depend on it.
    /// </summary>
    private async Task<(FailedAttempt? Last, bool IsKnown)> LastFailureAsync(
        GivenUpWindow window, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LookUpLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (await lastFailure(window, either.Token), true);
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            HandlerLog.LastFailureUnknown(logger, unknown, window.Window, window.RunId);
            return (null, false);
        }
    }

    /// <summary>
    /// Ends what the message of a stored letter began. A failure that may pass is retried, since storing again is
    /// harmless; any other is only logged, because the letter is stored and nothing is lost. Its run then shows as
    /// stalled.
    /// </summary>
    private async Task EndAsync(
        DeadLetter letter,
        bool isRejected,
        string reason,
        DateTimeOffset? publishedAt,
        CancellationToken cancellationToken)
    {
        try
        {
            var endId = FormattableString.Invariant($"{letter.Id}_{letter.Replays}");
            foreach (var (index, window) in LetterContent.WindowsOf(letter).Index())
            {
                var ownId = index == 0 ? endId : FormattableString.Invariant($"{endId}_{index}");
                await windowGaveUp(ownId, window, isRejected, reason, cancellationToken);
            }

            if (LetterContent.RunOf(letter) is { } run)
            {
                await runGaveUp(endId, run.Id, run.Mode, run.PublishedAt, isRejected, reason, cancellationToken);
            }
        }
        catch (Exception failure) when (
            !cancellationToken.IsCancellationRequested
                && (!MayPass(failure) || clock.GetUtcNow() - publishedAt > EndIsTriedFor))
        {
            HandlerLog.Unended(logger, failure, letter.Id);
        }
    }

    private static bool MayPass(Exception failure) =>
        failure is TransientFailureException or OperationCanceledException
            or HttpRequestException or IOException or TimeoutException;

    private static DeadLetter? OwnLetter(Arrival read)
    {
        if (read.Event is not { Type: DeadLetter.OwnEventType } received)
        {
            return null;
        }

        try
        {
            var json = StrictJson.Parse(received.Data, "The dead letter");
            return json.Deserialize(DeadLetterJson.Default.DeadLetter) is { } letter
                && DeadLetterWriter.CouldHaveWritten(letter)
                ? letter
                : null;
        }
        catch (Exception ex) when (ex is RejectedEventException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static partial class HandlerLog
    {
        /// <summary>Needs human attention: alerts on dead letters are built on it, see docs/telemetry.md.</summary>
        [LoggerMessage(1, LogLevel.Error,
            "Stored the dead letter {DeadLetterId} from the {SourceTopic} topic, replayed {Replays} times so far: "
            + "{Reason} {Hint}",
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

        [LoggerMessage(2, LogLevel.Warning,
            "Could not look up why the last attempt at {Window} of run {RunId} failed: its dead letter does not say.")]
        public static partial void LastFailureUnknown(ILogger logger, Exception exception, Window window, string runId);

        [LoggerMessage(3, LogLevel.Error,
            "The dead letter {DeadLetterId} is stored, but the end of its window or run could not be recorded and "
            + "will not be retried; the run will show as stalled.")]
        public static partial void Unended(ILogger logger, Exception exception, string deadLetterId);
    }
}

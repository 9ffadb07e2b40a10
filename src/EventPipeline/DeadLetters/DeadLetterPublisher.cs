using System.Text.Json;
using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Publishes what can never succeed to the dead-letter topic, with the reason, so that it can be acknowledged.
/// </summary>
internal sealed partial class DeadLetterPublisher(
    PublishMessages publish, TimeProvider clock, ILogger<DeadLetterPublisher> logger)
{
    /// <summary>Publishes the dead letter of an arrival and returns it.</summary>
    /// <exception cref="TransientFailureException">
    /// The topic did not accept it; the message has to be redelivered.
    /// </exception>
    public async Task<DeadLetter> PublishAsync(
        Arrival arrival, RejectedEventException rejection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var letter = DeadLetterWriter.Write(arrival, rejection, TopicOf(arrival), now);
        var json = JsonSerializer.SerializeToUtf8Bytes(letter, DeadLetterJson.Message.DeadLetter);
        var message = OutgoingMessage.CloudEvent($"{letter.Id}.{letter.Replays}", DeadLetter.OwnEventType, now, json);
        await publish(Topic.DeadLetter, [message], cancellationToken);
        PublisherLog.Rejected(logger, letter.SourceTopic, letter.Id, letter.EventId, letter.Reason, letter.Hint);
        return letter;
    }

    private static Topic TopicOf(Arrival arrival) =>
        (arrival.Entrance.Type ?? arrival.Event?.Type) == FetchRequested.EventType ? Topic.Fetch : Topic.Trigger;

    private static partial class PublisherLog
    {
        [LoggerMessage(1, LogLevel.Warning,
            "A message from the {Topic} topic (event {EventId}) was rejected as dead letter {DeadLetterId}: "
            + "{Reason} {Hint}")]
        public static partial void Rejected(
            ILogger logger, string? topic, string deadLetterId, string? eventId, string reason, string hint);
    }
}

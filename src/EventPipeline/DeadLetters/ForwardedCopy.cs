using System.Globalization;
using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Reads what Pub/Sub forwarded once the subscription's delivery attempts were used up: the original's data and
/// attributes under a new message id, and four attributes that say where it came from.
/// https://docs.cloud.google.com/pubsub/docs/dead-letter-topics
/// </summary>
internal static class ForwardedCopy
{
    /// <summary>The arrival as the original was delivered, and why it is a dead letter.</summary>
    public static (Arrival Original, RejectedEventException Reason, Topic Topic) Restore(Arrival copy)
    {
        var message = copy.Message;
        var marks = message.Attributes;
        var subscription = marks[CopyMarks.Subscription];
        var deliveries = marks[CopyMarks.DeliveryCount];
        int? attempts = int.TryParse(deliveries, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;
        var path = marks[CopyMarks.SubscriptionProject] is { } project
            ? $"projects/{project}/subscriptions/{subscription}"
            : subscription;
        var topic = TopicOf(message, subscription);

        // The copy has a new message id; the original's is gone.
        var delivery = new Delivery(null, PublishedAt(message), path, attempts, message.Delivery.ArrivedAt);

        // If it cannot be read either, it is kept as it arrived.
        var original = CloudEventReader.Read(new Arrival.Pushed(
            topic == Topic.Fetch ? Entrance.FetchRequests : Entrance.RunRequests,
            message with
            {
                Attributes = message.Attributes.Without(CopyMarks.Has),
                Delivery = delivery,
                Source = PushEnvelope.SourceOf(path),
            }));
        return (
            original,
            marks[CopyMarks.Unreadable] is { } unreadable ? new RejectedEventException(
                Shown.Plain(unreadable, 1_000),
                "Something outside the service damaged the file. Check the disk, then request the run again.",
                RejectionCause.BadInput) :
            new RejectedEventException(
                $"Pub/Sub gave up after {(attempts is null ? "all" : attempts)} deliveries on the subscription "
                    + $"'{Shown.Plain(subscription ?? "unknown", 300)}'.",
                "Each delivery failed with a possibly transient error: check the service's log and the run, "
                + "then replay it.",
                RejectionCause.AttemptsExhausted),
            topic);
    }

    private static Topic TopicOf(PushedMessage message, string? subscription) => message.Attributes["ce-type"] switch
    {
        FetchRequested.EventType => Topic.Fetch,
        RunRequested.EventType => Topic.Trigger,

        // A manually published message does not say its topic; the subscription's name does, if it is named after what
        // it delivers.
        _ => subscription?.Contains("fetch", StringComparison.OrdinalIgnoreCase) == true ? Topic.Fetch : Topic.Trigger,
    };

    private static DateTimeOffset? PublishedAt(PushedMessage message)
    {
        try
        {
            return message.Attributes[CopyMarks.TopicPublishTime] is { } text
                ? EventTime.Read(text, "TopicPublishTime")
                : message.Delivery.PublishTime;
        }
        catch (RejectedEventException)
        {
            return message.Delivery.PublishTime;
        }
    }
}

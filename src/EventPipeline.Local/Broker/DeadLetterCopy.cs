using System.Globalization;
using EventPipeline.Messages;

namespace EventPipeline.Local.Broker;

/// <summary>The copy of a message that goes to the dead-letter topic, with the attributes Pub/Sub gives it.</summary>
internal static class DeadLetterCopy
{
    /// <param name="message">The message.</param>
    /// <param name="subscription">The subscription it came from.</param>
    /// <param name="projectId">The subscription's project.</param>
    /// <param name="attempts">How often it was delivered.</param>
    /// <param name="unreadable">Why it could not be read; null if it could.</param>
    public static PublishedMessage Create(
        StoredMessage message, PushSubscription subscription, string projectId, int attempts, string? unreadable)
    {
        // https://cloud.google.com/pubsub/docs/dead-letter-topics#track_delivery_attempts
        var attributes = new Dictionary<string, string>(message.Attributes)
        {
            [CopyMarks.DeliveryCount] = attempts.ToString(CultureInfo.InvariantCulture),
            [CopyMarks.Subscription] = subscription.Name,
            [CopyMarks.SubscriptionProject] = projectId,
            [CopyMarks.TopicPublishTime] = message.PublishedAt,
        };
        if (unreadable is not null)
        {
            attributes[CopyMarks.Unreadable] = unreadable;
        }

        return new PublishedMessage(message.Data, attributes, message.OrderingKey);
    }
}

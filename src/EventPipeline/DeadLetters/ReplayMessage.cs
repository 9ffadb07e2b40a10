using System.Globalization;
using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Makes the message that a replay publishes: the original's data and attributes, under the original's identity and time.</summary>
internal static class ReplayMessage
{
    // Pub/Sub's limit for an attribute's value; a longer id stands inside a structured event, where it is found again.
    private const int MostAttributeBytes = 1024;

    /// <summary>The topic that a dead letter came from.</summary>
    public static Topic TopicOf(DeadLetter letter) =>
        letter.SourceTopic == DeadLetterWriter.NameOf(Topic.Fetch) ? Topic.Fetch : Topic.Trigger;

    /// <summary>The message, which says that it was replayed once more.</summary>
    public static OutgoingMessage Of(DeadLetter letter)
    {
        var attributes = letter.Attributes
            .Where(attribute => !attribute.Key.StartsWith("CloudPubSubDeadLetterSource", StringComparison.OrdinalIgnoreCase)
                && !attribute.Key.StartsWith("goog", StringComparison.OrdinalIgnoreCase)
                && !attribute.Key.Equals("ce-replays", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.Ordinal);
        var isWhole = ContentModes.IsCloudEvent(ValueOf("content-type"));

        // A message by hand becomes the CloudEvent it was taken for, so that its run's id and its today stay what they were. One that says
        // it is a CloudEvent keeps what it says, mistakes included.
        if (ValueOf("ce-specversion") is null)
        {
            Add("ce-id", letter.EventId);
            Add("ce-source", letter.EventSource);
            if (!isWhole)
            {
                Add("ce-specversion", "1.0");
                Add("ce-type", letter.EventType ?? (TopicOf(letter) == Topic.Fetch ? FetchRequested.EventType : RunRequested.EventType));
            }
        }

        Add("ce-time", (letter.EventTime ?? letter.PublishTime)?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        attributes["ce-replays"] = (letter.Replays + 1).ToString(CultureInfo.InvariantCulture);
        return new OutgoingMessage(Convert.FromBase64String(letter.Payload), attributes);

        string? ValueOf(string name) => attributes.FirstOrDefault(attribute => attribute.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

        void Add(string name, string? value)
        {
            if (ValueOf(name) is null && value is not null && System.Text.Encoding.UTF8.GetByteCount(value) <= MostAttributeBytes)
            {
                attributes.Add(name, value);
            }
        }
    }
}

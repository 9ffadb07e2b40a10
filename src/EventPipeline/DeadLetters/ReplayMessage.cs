using System.Globalization;
using System.Text;
using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Makes the message that a replay publishes: the original's data and attributes, with the original's identity and
/// time.
/// </summary>
internal static class ReplayMessage
{
    // Pub/Sub's limit for an attribute's value; a longer id is inside a structured event, where it is found again.
    private const int MaxAttributeBytes = 1024;

    /// <summary>The topic that a dead letter came from.</summary>
    public static Topic TopicOf(DeadLetter letter) =>
        letter.SourceTopic == DeadLetterWriter.NameOf(Topic.Fetch) ? Topic.Fetch : Topic.Trigger;

    /// <summary>
    /// The message, with its replay count increased by one. A person decided to replay it: how long it waited before
    /// does not count.
    /// </summary>
    public static OutgoingMessage FromLetter(DeadLetter letter) => Again(letter with
    {
        Attributes = new Attributes(letter.Attributes)
            .Without(name => Is(name, FetchAttributes.Replays)
                || Is(name, FetchAttributes.WaitingSince)
                || Is(name, FetchAttributes.Returns))
            .ToDictionary(),
    }).With(FetchAttributes.Replays, (letter.Replays + 1).ToString(CultureInfo.InvariantCulture));

    /// <summary>The message, as it was.</summary>
    public static OutgoingMessage Again(DeadLetter letter)
    {
        var original = new Attributes(letter.Attributes).Without(ReservedNames.IsPubSubs);
        var attributes = original.ToDictionary();

        // A manually published message becomes the CloudEvent it was taken for, so that its run's id and its today stay
        // the same. One that says it is a CloudEvent keeps what it says, mistakes included.
        if (original["ce-specversion"] is null)
        {
            Add("ce-id", letter.EventId);
            Add("ce-source", letter.EventSource);
            if (!ContentModes.IsCloudEvent(original["content-type"]))
            {
                Add("ce-specversion", "1.0");
                Add(
                    "ce-type",
                    letter.EventType
                        ?? (TopicOf(letter) == Topic.Fetch ? FetchRequested.EventType : RunRequested.EventType));
            }
        }

        Add(
            "ce-time",
            (letter.EventTime ?? letter.PublishTime)?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        return new OutgoingMessage(Convert.FromBase64String(letter.Payload), attributes);

        void Add(string name, string? value)
        {
            if (original[name] is null && value is not null && Encoding.UTF8.GetByteCount(value) <= MaxAttributeBytes)
            {
                attributes.Add(name, value);
            }
        }
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}

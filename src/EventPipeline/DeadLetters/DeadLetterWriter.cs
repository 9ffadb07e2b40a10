using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Writes the dead letter of what came through the door and could not be processed.</summary>
internal static class DeadLetterWriter
{
    /// <summary>How much data is kept: as base64, wrapped in a push again, it stays below Pub/Sub's 10 MB.</summary>
    public const int MaxPayloadBytes = 5_000_000;

    private const int MaxSentenceLength = 4096;
    private const int MaxTextLength = 1024;
    private const int MaxAttributes = 100;

    /// <summary>The dead letter of an arrival.</summary>
    /// <param name="arrival">What arrived, as far as it was understood.</param>
    /// <param name="rejection">Why it cannot be processed.</param>
    /// <param name="sourceTopic">The topic it came from; null if unknown.</param>
    /// <param name="now">When it was rejected, UTC.</param>
    public static DeadLetter Write(
        Arrival arrival, RejectedEventException rejection, Topic? sourceTopic, DateTimeOffset now)
    {
        var message = arrival.Message;
        var topic = sourceTopic is { } known ? NameOf(known) : null;
        var kept = message.Data[..Math.Min(message.Data.Length, MaxPayloadBytes)];
        var size = message.CutFrom ?? DataSize.Measure(message.Data.Span);
        var isBounded = IsBounded(message.Attributes);
        var (source, id) = Identity(arrival, size);
        return new DeadLetter
        {
            Id = IdOf(topic, source, id, size),
            SourceTopic = topic,
            Reason = Shown.Plain(rejection.Message, MaxSentenceLength),
            Hint = Shown.Plain(rejection.Hint, MaxSentenceLength),
            LastError = Shown.Plain(rejection.Message, MaxSentenceLength),
            Cause = rejection.Cause.Name(),
            EventId = Shown.Plain(id, MaxTextLength),
            EventSource = Shown.Plain(source, MaxTextLength),
            EventType = (arrival.Event?.Type ?? message.Attributes["ce-type"]) is { } type
                ? Shown.Plain(type, MaxTextLength)
                : null,
            EventTime = arrival.Event?.Time ?? message.Delivery.PublishTime ?? message.Delivery.ArrivedAt,
            MessageId = message.Delivery.MessageId is { } messageId ? Shown.Plain(messageId, MaxTextLength) : null,
            PublishTime = message.Delivery.PublishTime,
            Subscription = message.Delivery.Subscription is { } subscription
                ? Shown.Plain(subscription, MaxTextLength)
                : null,
            Attempt = message.Delivery.Attempt,
            Replays = ReplaysOf(message),
            Attributes = isBounded ? message.Attributes.ToDictionary() : Cut(message.Attributes),
            Payload = Convert.ToBase64String(kept.Span),
            PayloadTruncated = kept.Length < size.Bytes || !isBounded,
            PayloadSha256 = size.Sha256,
            PayloadBytes = size.Bytes,
            RejectedAt = now,
            Traceparent = message.Attributes["traceparent"] is { Length: <= 55 } trace ? trace : null,
        };
    }

    /// <summary>The same letter of a message that Pub/Sub gave up.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="lastError">Why the last attempt failed; null when none is recorded.</param>
    public static DeadLetter WithLastError(DeadLetter letter, string? lastError) =>
        letter with { LastError = lastError is null ? null : Shown.Plain(lastError, MaxSentenceLength) };

    /// <summary>
    /// Whether a letter from the topic is one that <see cref="Write"/> could have made. Anything may be published
    /// there, and a longer letter would exceed what an insert accepts, forever.
    /// </summary>
    public static bool CouldHaveWritten(DeadLetter letter) =>
        DeadLetter.IsId(letter.Id)
        && letter.SourceTopic is null or "trigger" or "fetch"
        && new[] { letter.Reason, letter.Hint, letter.LastError }
            .All(sentence => sentence is null || IsPlain(sentence, MaxSentenceLength))
        && new[]
        {
            letter.Cause, letter.EventId, letter.EventSource, letter.EventType, letter.MessageId, letter.Subscription,
            letter.PayloadSha256, letter.Traceparent,
        }
            .All(text => text is null || IsPlain(text, MaxTextLength))
        && letter.Replays is >= 0 and < int.MaxValue
        && letter.PayloadBytes >= 0
        && letter.Payload.Length <= (MaxPayloadBytes + 2) / 3 * 4
        && Convert.FromBase64String(letter.Payload) is not null
        && letter.Attributes.Count <= MaxAttributes
        && letter.Attributes.All(
            attribute =>
                attribute.Key.Length <= MaxTextLength + 1 && attribute.Value is { Length: <= MaxTextLength + 1 });

    // A text that was cut has one more character at its end.
    private static bool IsPlain(string text, int most) =>
        text.Length <= most + 1 && text == Shown.Plain(text, most + 1);

    /// <summary>The name of a topic that messages come from.</summary>
    public static string NameOf(Topic topic) => topic switch
    {
        Topic.Trigger => "trigger",
        Topic.Fetch => "fetch",
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "No dead letter comes from this topic."),
    };

    /// <summary>How often the message says it was replayed.</summary>
    public static int ReplaysOf(PushedMessage message) =>
        int.TryParse(
            message.Attributes[FetchAttributes.Replays],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var replays)
            ? replays
            : 0;

    /// <summary>
    /// What identifies a message, even when it is redelivered as another Pub/Sub message: the event's own source and
    /// id; for a message without an id, or whose message id is gone, its publish time and content.
    /// </summary>
    private static (string Source, string Id) Identity(Arrival arrival, DataSize size)
    {
        var message = arrival.Message;
        if (arrival.Event is { } received)
        {
            return (received.Source, received.Id);
        }

        if (message.Attributes["ce-id"] is { Length: > 0 } id)
        {
            return (message.Attributes["ce-source"] ?? message.Source ?? CloudEventReader.UnnamedSource, id);
        }

        return message.Delivery.MessageId is { } messageId
            ? (message.Source ?? CloudEventReader.UnnamedSource, messageId)
            : (
                message.Source ?? CloudEventReader.UnnamedSource,
                $"unnamed-{Hash([At(message.Delivery.PublishTime), size.Sha256, .. Parts(message)])}");
    }

    private static string IdOf(string? topic, string source, string id, DataSize size) =>
        $"dl-{Hash([topic ?? "", source, id, size.Sha256])}";

    private static string At(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "";

    private static IEnumerable<string> Parts(PushedMessage message) =>
        message.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).SelectMany(attribute => new[]
        {
            attribute.Key, attribute.Value,
        });

    private static string Hash(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            // The length comes first, so that no two lists of parts hash as the same text.
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Length}:"));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..20];
    }

    // Pub/Sub allows 100 attributes of 1,024 bytes; what arrived another way is cut to that.
    private static bool IsBounded(Attributes attributes) =>
        attributes.Count <= MaxAttributes
        && attributes.All(
            attribute => attribute.Key.Length <= MaxTextLength && attribute.Value.Length <= MaxTextLength);

    private static Dictionary<string, string> Cut(Attributes attributes) => attributes
        .Take(MaxAttributes)
        .DistinctBy(attribute => Shown.Plain(attribute.Key, MaxTextLength))
        .ToDictionary(
            attribute => Shown.Plain(attribute.Key, MaxTextLength),
            attribute => Shown.Plain(attribute.Value, MaxTextLength));
}

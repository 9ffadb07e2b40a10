using System.Text;
using System.Text.Unicode;

namespace EventPipeline.DeadLetters;

/// <summary>A dead letter with everything known about it.</summary>
public sealed record DeadLetterDetails : DeadLetterSummary
{
    private DeadLetterDetails(DeadLetterSummary summary)
        : base(summary)
    {
    }

    /// <summary>The CloudEvents source.</summary>
    public string? EventSource { get; private init; }

    /// <summary>When the original happened, UTC.</summary>
    public DateTimeOffset? EventTime { get; private init; }

    public string? MessageId { get; private init; }

    /// <summary>When the message was published, UTC.</summary>
    public DateTimeOffset? PublishTime { get; private init; }

    public string? Subscription { get; private init; }

    /// <summary>The delivery attempt.</summary>
    public int? Attempt { get; private init; }

    /// <summary>The message's attributes.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>The data: text, or base64 if it is not text.</summary>
    public required string Payload { get; init; }

    /// <summary><c>text</c> or <c>base64</c>.</summary>
    public required string PayloadEncoding { get; init; }

    /// <summary>Whether <see cref="Payload"/> is only the beginning of the data.</summary>
    public bool PayloadTruncated { get; private init; }

    /// <summary>The size of the whole data.</summary>
    public long PayloadBytes { get; private init; }

    /// <summary>SHA-256 of the whole data, lower-case hexadecimal.</summary>
    public required string PayloadSha256 { get; init; }

    public string? Traceparent { get; private init; }

    internal static new DeadLetterDetails FromStored(StoredDeadLetter stored, string serviceAddress)
    {
        var letter = stored.Letter;
        var bytes = Convert.FromBase64String(letter.Payload);
        var isText = Utf8.IsValid(bytes);
        return new DeadLetterDetails(DeadLetterSummary.FromStored(stored, serviceAddress))
        {
            EventSource = letter.EventSource,
            EventTime = letter.EventTime,
            MessageId = letter.MessageId,
            PublishTime = letter.PublishTime,
            Subscription = letter.Subscription,
            Attempt = letter.Attempt,
            Attributes = letter.Attributes,
            Payload = isText ? Encoding.UTF8.GetString(bytes) : letter.Payload,
            PayloadEncoding = isText ? "text" : "base64",
            PayloadTruncated = letter.PayloadTruncated,
            PayloadBytes = letter.PayloadBytes,
            PayloadSha256 = letter.PayloadSha256,
            Traceparent = letter.Traceparent,
        };
    }
}

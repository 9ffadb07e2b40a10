using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace EventPipeline.Messages;

/// <summary>
/// A message that could not be processed, with everything needed to understand it and to publish it again. As JSON it
/// is the data of the event on the dead-letter topic; in the table <c>dead_letter</c> its fields are the columns.
/// </summary>
public sealed partial record DeadLetter
{
    /// <summary>The type of the event that carries one.</summary>
    public const string OwnEventType = "eventpipeline.dead-lettered.v1";

    /// <summary>
    /// <c>dl-</c> and 20 hexadecimal digits; the same for the same message, however often it arrives.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// The topic it came from: <c>trigger</c> or <c>fetch</c>; null when what arrived on the dead-letter topic cannot
    /// be read.
    /// </summary>
    public string? SourceTopic { get; init; }

    /// <summary>What happened, and where; at most 4 KiB.</summary>
    public required string Reason { get; init; }

    /// <summary>What a person can do about it; at most 4 KiB.</summary>
    public required string Hint { get; init; }

    /// <summary>
    /// Why the last attempt failed, at most 4 KiB; null when none is recorded, and in letters of earlier versions.
    /// </summary>
    public string? LastError { get; init; }

    /// <summary>The class of the failure, e.g. <c>bad_input</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>The CloudEvents id, or its substitute.</summary>
    public string? EventId { get; init; }

    public string? EventSource { get; init; }

    public string? EventType { get; init; }

    /// <summary>When the original happened, UTC: what a replay takes for today.</summary>
    public DateTimeOffset? EventTime { get; init; }

    public string? MessageId { get; init; }

    /// <summary>When the message was published, UTC.</summary>
    public DateTimeOffset? PublishTime { get; init; }

    public string? Subscription { get; init; }

    /// <summary>The delivery attempt; null if Pub/Sub did not say.</summary>
    public int? Attempt { get; init; }

    /// <summary>How often it had been replayed when this was written.</summary>
    public int Replays { get; init; }

    /// <summary>The message's attributes.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The message's data in base64; a prefix when <see cref="PayloadTruncated"/>.</summary>
    public string Payload { get; init; } = "";

    /// <summary>Whether the message was too large to keep whole; if so, it cannot be replayed.</summary>
    public bool PayloadTruncated { get; init; }

    /// <summary>SHA-256 of the whole data, lower-case hexadecimal.</summary>
    public string PayloadSha256 { get; init; } = "";

    /// <summary>The size of the whole data.</summary>
    public long PayloadBytes { get; init; }

    /// <summary>When it was rejected, UTC.</summary>
    public required DateTimeOffset RejectedAt { get; init; }

    public string? Traceparent { get; init; }

    /// <summary>Whether a text can be the id of a dead letter.</summary>
    public static bool IsId(string text) => IdPattern().IsMatch(text);

    [GeneratedRegex(@"\Adl-[0-9a-f]{20}\z")]
    private static partial Regex IdPattern();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class DeadLetterJson : JsonSerializerContext
{
    /// <summary>
    /// How a letter is written for its topic: escaped, each + in base64 would take six bytes, and a payload full of
    /// them would exceed the 10 MB of a message.
    /// </summary>
    public static DeadLetterJson Message { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

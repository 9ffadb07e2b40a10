using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Local.Broker;

/// <summary>A message as a topic accepted it.</summary>
/// <param name="Id">A decimal number; a later message's is larger.</param>
/// <param name="PublishTime">When it was published, UTC.</param>
/// <param name="Data">The data; may be empty.</param>
/// <param name="Attributes">The attributes; may be empty.</param>
/// <param name="OrderingKey">The ordering key; empty without one. Carried, not enforced.</param>
internal sealed record StoredMessage(
    long Id,
    DateTimeOffset PublishTime,
    byte[] Data,
    IReadOnlyDictionary<string, string> Attributes,
    string OrderingKey)
{
    /// <summary>The id as text.</summary>
    [JsonIgnore]
    public string MessageId => Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The publish time as text: RFC 3339, to the millisecond.</summary>
    [JsonIgnore]
    public string PublishedAt =>
        PublishTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What a wrapped push carries: https://cloud.google.com/pubsub/docs/push#receive_push.</summary>
internal sealed record PushBody(int? DeliveryAttempt, string Subscription, WrappedMessage Message);

/// <summary>A message in a wrapped push, with both spellings of its metadata.</summary>
internal sealed record WrappedMessage(
    IReadOnlyDictionary<string, string>? Attributes,
    byte[]? Data,
    string? OrderingKey,
    string MessageId,
    [property: JsonPropertyName("message_id")] string MessageIdAgain,
    string PublishTime,
    [property: JsonPropertyName("publish_time")] string PublishTimeAgain);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredMessage))]
[JsonSerializable(typeof(PushBody))]
internal sealed partial class BrokerJson : JsonSerializerContext;

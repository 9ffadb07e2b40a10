namespace EventPipeline.Messages;

/// <summary>
/// An event as it came through the door, whatever its form. Immutable.
/// </summary>
/// <param name="Id">The CloudEvents id; for a manually published message, the Pub/Sub message id.</param>
/// <param name="Source">
/// The CloudEvents source, or <c>//pubsub.googleapis.com/…</c> for a manually published one.
/// </param>
/// <param name="Type">The CloudEvents type; for a message without one, the type that its path implies.</param>
/// <param name="Time">When it happened, UTC: <c>ce-time</c>, else the publish time, else when it arrived.</param>
/// <param name="Data">The event's data; empty when it has none.</param>
/// <param name="Attributes">
/// The Pub/Sub attributes, names as published, or the headers that carry them on an unwrapped push.
/// </param>
/// <param name="Delivery">How Pub/Sub delivered it.</param>
public sealed record ReceivedEvent(
    string Id,
    string Source,
    string Type,
    DateTimeOffset Time,
    ReadOnlyMemory<byte> Data,
    Attributes Attributes,
    Delivery Delivery);

/// <summary>How Pub/Sub delivered a message; every part may be unknown.</summary>
/// <param name="MessageId">The Pub/Sub message id. A dead-letter copy and a replay have a new one.</param>
/// <param name="PublishTime">When the message was published, UTC.</param>
/// <param name="Subscription">The subscription's name as the push gave it.</param>
/// <param name="Attempt">
/// The delivery attempt, from 1; only wrapped pushes of subscriptions with a dead-letter policy carry it.
/// </param>
/// <param name="ArrivedAt">When the request came through the door, UTC.</param>
public sealed record Delivery(
    string? MessageId, DateTimeOffset? PublishTime, string? Subscription, int? Attempt, DateTimeOffset ArrivedAt);

using System.Text.Json;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// Reads the envelope of a wrapped push, and of Eventarc's <c>messagePublished</c>:
/// <c>{ "message": { … }, "subscription": "…" }</c>. Machines write it, so unknown members are ignored.
/// https://docs.cloud.google.com/pubsub/docs/push
/// </summary>
internal static class PushEnvelope
{
    public const string What = "The push envelope";

    // Ten times Pub/Sub's limit; others that speak its protocol may allow more.
    private const int MaxAttributes = 1_000;

    private const string Example = """{"message": {"data": "e30=", "messageId": "1"}, "subscription": "projects/p/subscriptions/s"}""";

    /// <summary>The data as an envelope; null if it is something else.</summary>
    /// <exception cref="RejectedEventException">It is not JSON at all.</exception>
    public static JsonElement? Find(ReadOnlyMemory<byte> data)
    {
        if (data.Span.ContainsAnyExcept(" \t\r\n"u8) is false)
        {
            return null;
        }

        var root = StrictJson.Parse(data, "The body");
        return root.ValueKind == JsonValueKind.Object
            && (root.TryGetProperty("message", out _) || root.TryGetProperty("subscription", out _))
            ? root
            : null;
    }

    /// <summary>Unwraps the message inside; keeps how it was delivered even if its data cannot be read.</summary>
    /// <param name="around">The message that is the envelope.</param>
    /// <param name="root">The envelope.</param>
    /// <param name="outer">What is known about the delivery from outside the envelope.</param>
    /// <param name="outerSource">The source of the event around the envelope.</param>
    /// <exception cref="RejectedEventException">
    /// It is not an envelope, or its delivery details cannot be read.
    /// </exception>
    public static Arrival Open(Arrival.Pushed around, JsonElement root, Delivery outer, string? outerSource = null)
    {
        var envelope = StrictJson.Members(root, What, Example);
        if (Member(envelope, "message") is not { } element)
        {
            throw new RejectedEventException($"{What} has no message.", $"Send an envelope such as {Example}.");
        }

        var message = StrictJson.Members(element, "message", """{"data": "e30=", "messageId": "1"}""");
        var subscription = Text(envelope, "subscription", "subscription", "projects/p/subscriptions/s")
            ?? outer.Subscription;
        var publishTime = Text(message, "publishTime", "message.publishTime", "2026-11-23T06:00:00Z")
            ?? Text(message, "publish_time", "message.publish_time", "2026-11-23T06:00:00Z");
        var delivery = outer with
        {
            MessageId = Text(message, "messageId", "message.messageId", "1")
                ?? Text(message, "message_id", "message.message_id", "1")
                ?? outer.MessageId,
            PublishTime = publishTime is null ? outer.PublishTime : EventTime.Read(publishTime, "message.publishTime"),
            Subscription = subscription,
            Attempt = Attempt(envelope) ?? outer.Attempt,
        };
        var source = outerSource ?? (delivery.MessageId is null ? null : SourceOf(subscription));
        return (around with { Message = around.Message with { Delivery = delivery, Source = source } })
            .Then(delivered => delivered with { Message = Inside(message, delivered.Message) });
    }

    /// <summary>The CloudEvents source of a message without one.</summary>
    public static string SourceOf(string? subscription) => $"//pubsub.googleapis.com/{subscription}";

    private static PushedMessage Inside(IReadOnlyDictionary<string, JsonElement> message, PushedMessage delivered)
    {
        var encoded = Member(message, "data");
        _ = Text(message, "orderingKey", "message.orderingKey", "key");
        return delivered with
        {
            Data = encoded is null ? ReadOnlyMemory<byte>.Empty : StrictJson.Base64Bytes(encoded.Value, "message.data"),
            Attributes = AttributesOf(message),
        };
    }

    private static Attributes AttributesOf(IReadOnlyDictionary<string, JsonElement> message)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(message, "attributes") is { } element)
        {
            foreach (var (name, value) in StrictJson.EachMember(element, "message.attributes", """{"days": "3"}"""))
            {
                if (attributes.Count == MaxAttributes)
                {
                    throw new RejectedEventException(
                        $"message.attributes has more than {MaxAttributes} attributes.",
                        "Send at most 100 attributes, which is Pub/Sub's limit.");
                }

                attributes.Add(name, StrictJson.Text(value, $"message.attributes.{Shown.Plain(name, 100)}", "3"));
            }
        }

        return new Attributes(attributes);
    }

    private static int? Attempt(IReadOnlyDictionary<string, JsonElement> envelope)
    {
        if (Member(envelope, "deliveryAttempt") is not { } element)
        {
            return null;
        }

        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var attempt) && attempt >= 0
            ? attempt == 0 ? null : attempt
            : throw new RejectedEventException(
                $"deliveryAttempt must be a whole number, not {StrictJson.Kind(element)}.",
                "Send a number, such as 1, or leave it out.");
    }

    private static string? Text(
        IReadOnlyDictionary<string, JsonElement> members, string name, string what, string example) =>
        Member(members, name) is { } element && StrictJson.Text(element, what, example) is { Length: > 0 } text
            ? text
            : null;

    // Protocol Buffers' JSON treats null as a missing member.
    private static JsonElement? Member(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;
}

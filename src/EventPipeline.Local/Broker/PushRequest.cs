using System.Net.Http.Headers;
using System.Text.Json;
using EventPipeline.Google.PubSub;

namespace EventPipeline.Local.Broker;

/// <summary>Turns a message into the request that Pub/Sub would push.</summary>
internal static class PushRequest
{
    /// <summary>JSON around the message: https://cloud.google.com/pubsub/docs/push#receive_push.</summary>
    /// <param name="endpoint">Where to push.</param>
    /// <param name="subscription">The subscription's full name.</param>
    /// <param name="message">The message.</param>
    /// <param name="deliveryAttempt">From 1; null for a subscription without a dead-letter policy, whose pushes do not
    /// say.</param>
    public static HttpRequestMessage Wrapped(
        Uri endpoint, string subscription, StoredMessage message, int? deliveryAttempt)
    {
        var push = new PushBody(deliveryAttempt, subscription, new WrappedMessage(
            message.Attributes.Count > 0 ? message.Attributes : null,
            message.Data.Length > 0 ? message.Data : null,
            message.OrderingKey.Length > 0 ? message.OrderingKey : null,
            message.MessageId,
            message.MessageId,
            message.PublishedAt,
            message.PublishedAt));
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(push, BrokerJson.Default.PushBody));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
    }

    /// <summary>
    /// The message's bytes, with its metadata and attributes as headers:
    /// https://cloud.google.com/pubsub/docs/payload-unwrapping.
    /// </summary>
    /// <exception cref="FormatException">An attribute cannot be a header.</exception>
    public static HttpRequestMessage Unwrapped(Uri endpoint, string subscription, StoredMessage message)
    {
        // The broker sets the metadata, whatever an attribute says.
        var headers = message.Attributes
            .Where(attribute => !attribute.Key.StartsWith("x-goog-pubsub-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary();
        headers["x-goog-pubsub-subscription-name"] = subscription;
        headers["x-goog-pubsub-message-id"] = message.MessageId;
        headers["x-goog-pubsub-publish-time"] = message.PublishedAt;
        if (message.OrderingKey.Length > 0)
        {
            headers["x-goog-pubsub-ordering-key"] = message.OrderingKey;
        }

        // Adding "without validation" would let a line break through, and with it a header of the publisher's choice.
        if (PubSubLimits.HeaderViolation(headers) is { } violation)
        {
            throw new FormatException(violation);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new ByteArrayContent(message.Data),
        };
        foreach (var (name, value) in headers)
        {
            // HttpClient keeps content-type and the like apart from the others.
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }
}

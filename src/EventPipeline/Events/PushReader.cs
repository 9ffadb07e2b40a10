using System.Text.RegularExpressions;
using CloudNative.CloudEvents.Http;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// Extracts the published message from a push: wrapped, unwrapped with metadata in headers, an HTTP CloudEvent, or a
/// plain body sent manually. https://docs.cloud.google.com/pubsub/docs/payload-unwrapping
/// </summary>
internal static partial class PushReader
{
    private const string MetadataPrefix = "x-goog-pubsub-";

    /// <summary>Reads a request as far as possible.</summary>
    public static Arrival Read(
        Entrance entrance, IHeaderDictionary headers, RequestBody body, DateTimeOffset arrivedAt) =>
        new Arrival.Pushed(entrance, AsSent(headers, body, arrivedAt))
            .Then(sent => sent with { Message = Checked(sent.Message, headers) })
            .Then(sent => sent with { Message = Delivered(sent.Message, headers) })
            .Then(Unwrapped);

    /// <summary>
    /// The request as a message, before anything is checked: what a dead letter keeps of one that cannot be read.
    /// </summary>
    private static PushedMessage AsSent(IHeaderDictionary headers, RequestBody body, DateTimeOffset arrivedAt) =>
        new(body.Bytes, AttributesOf(headers), new Delivery(null, null, null, null, arrivedAt), null, body.CutFrom);

    private static PushedMessage Checked(PushedMessage sent, IHeaderDictionary headers)
    {
        if (sent.CutFrom is { } size)
        {
            throw new RejectedEventException(
                $"The body has {size.Bytes} bytes, more than the {RequestBody.MaxBytes} that a push can have "
                + $"(SHA-256 {size.Sha256}).",
                "Send less than 10 MB of data; a run request is a few hundred bytes.");
        }

        RejectRepeatedHeaders(headers);
        return sent with { Attributes = Decoded(sent.Attributes, headers.ContainsKey($"{MetadataPrefix}message-id")) };
    }

    private static PushedMessage Delivered(PushedMessage sent, IHeaderDictionary headers)
    {
        var delivery = new Delivery(
            Metadata(headers, "message-id"),
            Metadata(headers, "publish-time") is { } time
                ? EventTime.Read(time, $"The header {MetadataPrefix}publish-time")
                : null,
            Metadata(headers, "subscription-name"),
            null,
            sent.Delivery.ArrivedAt);
        return sent with
        {
            Delivery = delivery,
            Source = delivery.MessageId is null ? null : PushEnvelope.SourceOf(delivery.Subscription),
        };
    }

    private static Arrival Unwrapped(Arrival.Pushed sent)
    {
        var message = sent.Message;
        var isCloudEvent = ContentModes.IsCloudEvent(message.Attributes.Only("content-type"))
            || message.Attributes.Only("ce-specversion") is not null;
        return !isCloudEvent && message.Delivery.MessageId is null && PushEnvelope.Find(message.Data) is { } envelope
            ? PushEnvelope.Open(sent, envelope, message.Delivery)
            : sent;
    }

    private static Attributes AttributesOf(IHeaderDictionary headers)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (header, values) in headers)
        {
            var name = header.ToLowerInvariant();
            if (AttributeHeaders.Stands(name, values))
            {
                attributes[name] = AttributeHeaders.ValuesOf(name, values).ToString();
            }
        }

        return new Attributes(attributes);
    }

    private static void RejectRepeatedHeaders(IHeaderDictionary headers)
    {
        foreach (var (header, values) in headers)
        {
            var name = header.ToLowerInvariant();
            var matters = name.StartsWith(MetadataPrefix, StringComparison.Ordinal)
                || (AttributeHeaders.IsKnown(name, values) && name is not ("tracestate" or "traceparent"));
            if (matters && AttributeHeaders.ValuesOf(name, values).Count > 1)
            {
                throw new RejectedEventException(
                    $"The header {name} occurs {values.Count} times.", $"Send {name} once.");
            }
        }
    }

    // The CloudEvents HTTP binding, section 3.1.3.2, encodes values; an unwrapped push passes attributes as published.
    private static Attributes Decoded(Attributes attributes, bool fromPubSub)
    {
        return new Attributes(attributes.Select(pair => KeyValuePair.Create(pair.Key, Decoded(pair.Key, pair.Value))));

        string Decoded(string name, string value)
        {
            if (!name.StartsWith("ce-", StringComparison.Ordinal))
            {
                return value;
            }

            try
            {
                return HttpUtilities.DecodeHeaderValue(value);
            }
            catch (ArgumentException) when (fromPubSub)
            {
                return value;
            }
            catch (ArgumentException ex)
            {
                throw new RejectedEventException(
                    $"The header {name} is not a CloudEvents header value: {Shown.Quoted(value)}.",
                    "Percent-encode spaces, quotes, percent signs and all non-ASCII characters, as UTF-8.",
                    innerException: ex);
            }
        }
    }

    private static string? Metadata(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(MetadataPrefix + name, out var values) && values.ToString() is { Length: > 0 } value
            ? value
            : null;

    /// <summary>The service's address as the sender knows it; null when the Host header is not a plain host.</summary>
    public static string? ServiceAddress(HttpRequest request) =>
        request.Host.Value is { } host && PlainHost().IsMatch(host)
            ? $"{request.Scheme}://{host}{request.PathBase.ToUriComponent()}"
            : null;

    [GeneratedRegex(@"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$")]
    private static partial Regex PlainHost();
}

using System.Text.RegularExpressions;
using CloudNative.CloudEvents.Http;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// Takes a push apart into the message that was published: wrapped, unwrapped with metadata in headers, an HTTP CloudEvent, or a plain body
/// by hand. https://docs.cloud.google.com/pubsub/docs/payload-unwrapping
/// </summary>
internal static partial class PushReader
{
    private const string MetadataPrefix = "x-goog-pubsub-";

    /// <summary>The request taken as a message, before anything is checked: what a dead letter keeps of one that cannot be read.</summary>
    public static PushedMessage AsSent(IHeaderDictionary headers, RequestBody body, DateTimeOffset arrivedAt) =>
        new(body.Bytes, Attributes(headers), new Delivery(null, null, null, null, arrivedAt), null, body.Whole);

    /// <summary>Sets <see cref="Arrival.Message"/> to the message that was pushed.</summary>
    /// <exception cref="RejectedEventException">The request holds no message that can be read.</exception>
    public static void Unwrap(Arrival arrival, IHeaderDictionary headers)
    {
        var sent = arrival.Message;
        if (sent.Whole is { } whole)
        {
            throw new RejectedEventException(
                $"The body has {whole.Bytes} bytes, more than the {RequestBody.MostBytes} that a push can have (SHA-256 {whole.Sha256}).",
                "Send less than 10 MB of data; a run request is a few hundred bytes.");
        }

        RejectRepeatedHeaders(headers);
        sent = sent with { Attributes = Decoded(sent.Attributes, headers.ContainsKey($"{MetadataPrefix}message-id")) };
        arrival.Message = sent;
        var delivery = new Delivery(
            Metadata(headers, "message-id"),
            Metadata(headers, "publish-time") is { } time ? EventTime.Read(time, $"The header {MetadataPrefix}publish-time") : null,
            Metadata(headers, "subscription-name"),
            null,
            sent.Delivery.ArrivedAt);
        arrival.Message = sent = sent with
        {
            Delivery = delivery,
            Source = delivery.MessageId is null ? null : WrappedPush.SourceOf(delivery.Subscription),
        };

        var isWhole = ContentModes.IsCloudEvent(sent.Attribute("content-type")) || sent.Attribute("ce-specversion") is not null;
        if (!isWhole && delivery.MessageId is null && WrappedPush.Find(sent.Data) is { } envelope)
        {
            WrappedPush.Open(arrival, envelope, delivery);
        }
    }

    private static Dictionary<string, string> Attributes(IHeaderDictionary headers)
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

        return attributes;
    }

    private static void RejectRepeatedHeaders(IHeaderDictionary headers)
    {
        foreach (var (header, values) in headers)
        {
            var name = header.ToLowerInvariant();
            var matters = name.StartsWith(MetadataPrefix, StringComparison.Ordinal) || (AttributeHeaders.IsKnown(name, values) && name is not ("tracestate" or "traceparent"));
            if (matters && AttributeHeaders.ValuesOf(name, values).Count > 1)
            {
                throw new RejectedEventException($"The header {name} comes {values.Count} times.", $"Send {name} once.");
            }
        }
    }

    // Section 3.1.3.2 of the CloudEvents HTTP binding encodes values; an unwrapped push passes attributes on as they were published.
    private static Dictionary<string, string> Decoded(IReadOnlyDictionary<string, string> attributes, bool fromPubSub)
    {
        var decoded = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
        {
            if (!name.StartsWith("ce-", StringComparison.Ordinal))
            {
                decoded[name] = value;
                continue;
            }

            try
            {
                decoded[name] = HttpUtilities.DecodeHeaderValue(value);
            }
            catch (ArgumentException) when (fromPubSub)
            {
                decoded[name] = value;
            }
            catch (ArgumentException ex)
            {
                throw new RejectedEventException(
                    $"The header {name} is not a CloudEvents header value: {Shown.Quoted(value)}.",
                    "Percent-encode spaces, quotes, percent signs and all that is not ASCII, as UTF-8.",
                    innerException: ex);
            }
        }

        return decoded;
    }

    private static string? Metadata(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(MetadataPrefix + name, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>The service's address as the sender knows it; null when the Host header is not a plain host.</summary>
    public static string? ServiceAddress(HttpRequest request) =>
        request.Host.Value is { } host && PlainHost().IsMatch(host) ? $"{request.Scheme}://{host}{request.PathBase.ToUriComponent()}" : null;

    [GeneratedRegex(@"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$")]
    private static partial Regex PlainHost();
}

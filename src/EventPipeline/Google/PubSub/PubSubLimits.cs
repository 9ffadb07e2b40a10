using System.Buffers;
using System.Text;

namespace EventPipeline.Google.PubSub;

/// <summary>What Pub/Sub takes: https://cloud.google.com/pubsub/quotas#resource_limits.</summary>
internal static class PubSubLimits
{
    public const int MessagesPerRequest = 1_000;

    /// <summary>10 MB per message and per publish request, taken as the smaller of the two megabytes.</summary>
    public const int BytesPerRequest = 10_000_000;

    private const int Attributes = 100;
    private const int KeyBytes = 256;
    private const int ValueBytes = 1_024;

    // RFC 9110: a field's name is a token; its value is visible characters, spaces and tabs. Clients take no more than
    // ASCII in it.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create(['\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)]);

    /// <summary>Says why Pub/Sub would refuse a message, naming the attribute; null when it takes it.</summary>
    public static string? Violation(int dataBytes, IReadOnlyDictionary<string, string> attributes)
    {
        if (dataBytes == 0 && attributes.Count == 0)
        {
            return "The message is empty: it needs data or an attribute.";
        }

        if (dataBytes > BytesPerRequest)
        {
            return $"The message's data has {dataBytes} bytes; Pub/Sub takes at most {BytesPerRequest}.";
        }

        return attributes.Count > Attributes
            ? $"The message has {attributes.Count} attributes; Pub/Sub takes at most {Attributes}."
            : attributes.Select(Violation).FirstOrDefault(violation => violation is not null);
    }

    /// <summary>
    /// Says why an unwrapped push could not carry an attribute as a header, naming the attribute; null when it can.
    /// </summary>
    public static string? HeaderViolation(IReadOnlyDictionary<string, string> attributes) =>
        attributes.Select(attribute =>
        attribute.Key.AsSpan().ContainsAnyExcept(TokenCharacters)
            ? $"The attribute '{Shorten(attribute.Key)}' cannot be the name of an HTTP header, "
                + "as an unwrapped push sends it."
        : attribute.Value.AsSpan().ContainsAnyExcept(ValueCharacters)
            ? $"The value of the attribute '{attribute.Key}' cannot be an HTTP header's, "
                + "as an unwrapped push sends it: only printable ASCII can be sent."
        : null).FirstOrDefault(violation => violation is not null);

    private static string? Violation(KeyValuePair<string, string> attribute)
    {
        var (key, value) = attribute;
        if (key.Length == 0)
        {
            return "An attribute has no name.";
        }

        if (Encoding.UTF8.GetByteCount(key) > KeyBytes)
        {
            return $"The name of the attribute '{Shorten(key)}' has more than {KeyBytes} bytes.";
        }

        if (key.StartsWith("goog", StringComparison.Ordinal))
        {
            return $"The attribute '{key}' begins with 'goog', which Pub/Sub reserves.";
        }

        return Encoding.UTF8.GetByteCount(value) is var bytes && bytes > ValueBytes
            ? $"The value of the attribute '{key}' has {bytes} bytes; Pub/Sub takes at most {ValueBytes}."
            : null;
    }

    private static string Shorten(string text) => text.Length > 64 ? $"{text[..64]}…" : text;
}

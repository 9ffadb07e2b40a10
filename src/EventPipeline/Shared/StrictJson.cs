using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EventPipeline.Shared;

/// <summary>
/// Reads JSON that others wrote: any bytes are either read or rejected with a reason that names what was wrong.
/// </summary>
internal static class StrictJson
{
    private const int MaxDepth = 64;

    // Each name and value is noted with 12 bytes while it is read: at most 24 MB, while a push of 10 MB could need 60.
    private const int MaxValues = 2_000_000;

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Parses UTF-8 without a byte-order mark, nested at most 64 deep, each property name once.</summary>
    /// <param name="bytes">What was sent; the result reads it in place.</param>
    /// <param name="what">What it is, to begin a sentence: "The body".</param>
    /// <exception cref="RejectedEventException">It is not such JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string what)
    {
        RejectByteOrderMark(bytes.Span, what);
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new RejectedEventException(
                $"{what} is not UTF-8: byte {FirstInvalidByte(bytes.Span)} does not begin a character.",
                "Send JSON encoded as UTF-8.");
        }

        RejectTooManyValues(bytes.Span, what);
        try
        {
            // Not disposed and not cloned: the element reads the bytes where they are, so that a push of 10 MB is not
            // held once more.
            return JsonDocument.Parse(bytes, Options).RootElement;
        }
        catch (JsonException ex) when (ex.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            throw new RejectedEventException(
                $"{what} is JSON nested deeper than {MaxDepth} levels.",
                "Send a flat JSON object.",
                innerException: ex);
        }
        catch (JsonException ex)
        {
            throw new RejectedEventException(
                $"{what} is not valid JSON: {Shown.Plain(ex.Message, 200)}",
                "Check for a missing quote, comma or brace.",
                innerException: ex);
        }
        catch (Exception ex) when (ex is InvalidOperationException or ArgumentException)
        {
            // A property name with half of a surrogate pair is found only when names are compared.
            throw new RejectedEventException(
                $"{what} is JSON with a name that is not text.",
                "Send complete Unicode characters.",
                innerException: ex);
        }
    }

    /// <summary>An object's members, names as written.</summary>
    /// <exception cref="RejectedEventException">It is not an object.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Members(JsonElement element, string what, string example)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in EachMember(element, what, example))
        {
            members.Add(name, value);
        }

        return members;
    }

    /// <summary>An object's members one by one, names as written, for callers that stop before the last.</summary>
    /// <exception cref="RejectedEventException">It is not an object.</exception>
    public static IEnumerable<(string Name, JsonElement Value)> EachMember(
        JsonElement element, string what, string example)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new RejectedEventException(
                $"{what} must be a JSON object, not {Kind(element)}.", $"Send an object, such as {example}.");
        }

        foreach (var member in element.EnumerateObject())
        {
            yield return (NameOf(member, what), member.Value);
        }
    }

    private static string NameOf(JsonProperty member, string what)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException ex)
        {
            throw new RejectedEventException(
                $"{what} has a name that is not text.", "Send complete Unicode characters.", innerException: ex);
        }
    }

    /// <summary>A string's text.</summary>
    /// <exception cref="RejectedEventException">It is not a string, or has half of a surrogate pair.</exception>
    public static string Text(JsonElement element, string what, string example)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new RejectedEventException(
                $"{what} must be a string, not {Kind(element)}.", $"Send a string, such as \"{example}\".");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException ex)
        {
            throw new RejectedEventException(
                $"{what} has half of a surrogate pair.", "Send complete Unicode characters.", innerException: ex);
        }
    }

    /// <summary>
    /// The bytes behind a string of standard base64 (RFC 4648, section 4): padded, one line. Decoded in place, since it
    /// may be 10 MB.
    /// </summary>
    /// <exception cref="RejectedEventException">It is not a string, or not standard base64.</exception>
    public static byte[] Base64Bytes(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.String || JsonMarshal.GetRawUtf8Value(element).Contains((byte)'\\'))
        {
            return Base64Bytes(Encoding.UTF8.GetBytes(Text(element, what, "e30=")), what);
        }

        return Base64Bytes(JsonMarshal.GetRawUtf8Value(element)[1..^1], what);
    }

    private static byte[] Base64Bytes(ReadOnlySpan<byte> text, string what)
    {
        if (!text.ContainsAnyExcept(Base64Characters) && Base64.IsValid(text, out var length))
        {
            var bytes = new byte[length];
            if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done && written == length)
            {
                return bytes;
            }
        }

        throw new RejectedEventException(
            $"{what} is not standard base64.",
            "Encode with the standard alphabet (+ and /, not - and _), padded with =, without line breaks: base64 "
                + "-w0.");
    }

    /// <summary>What kind of value it is, with its article: "a number".</summary>
    public static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private static readonly SearchValues<byte> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    private static void RejectTooManyValues(ReadOnlySpan<byte> bytes, string what)
    {
        // A value takes a byte, and a comma or a bracket another.
        if (bytes.Length < 2 * MaxValues)
        {
            return;
        }

        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            for (var values = 0; reader.Read(); values++)
            {
                if (values == MaxValues)
                {
                    throw new RejectedEventException(
                        $"{what} holds more than {MaxValues} names and values.",
                        "Send a JSON object with the fields that are known.");
                }
            }
        }
        catch (JsonException)
        {
            // The parser says what is wrong.
        }
    }

    private static void RejectByteOrderMark(ReadOnlySpan<byte> bytes, string what)
    {
        var mark = bytes.StartsWith("\uFEFF"u8) ? "UTF-8"
            : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
                ? "UTF-16"
            : null;
        if (mark is not null)
        {
            throw new RejectedEventException(
                $"{what} begins with a byte-order mark ({mark}).",
                "Send UTF-8 without a byte-order mark; some editors and PowerShell add one.");
        }
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }
}

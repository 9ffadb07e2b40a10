using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EventPipeline;

/// <summary>Reads JSON that others wrote: any bytes are either read or rejected with a reason that names what was wrong.</summary>
internal static class StrictJson
{
    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Parses UTF-8 without a byte-order mark, nested at most 64 deep, each property name once.</summary>
    /// <param name="bytes">What was sent.</param>
    /// <param name="what">What it is, to begin a sentence: "The body".</param>
    /// <exception cref="RejectedEventException">It is not such JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string what)
    {
        RejectByteOrderMark(bytes.Span, what);
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new RejectedEventException(
                $"{what} is not UTF-8: byte {FirstInvalidByte(bytes.Span)} begins no character.", "Send JSON encoded as UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException ex) when (ex.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            throw new RejectedEventException($"{what} is JSON nested deeper than {MaxDepth} levels.", "Send a flat JSON object.", innerException: ex);
        }
        catch (JsonException ex)
        {
            throw new RejectedEventException(
                $"{what} is not valid JSON: {Shown.Plain(ex.Message, 200)}", "Check for a missing quote, comma or brace.", innerException: ex);
        }
        catch (Exception ex) when (ex is InvalidOperationException or ArgumentException)
        {
            // A property name with half of a surrogate pair is found only when names are compared.
            throw new RejectedEventException($"{what} is JSON with a name that is not text.", "Send complete Unicode characters.", innerException: ex);
        }
    }

    /// <summary>An object's members, names as written.</summary>
    /// <exception cref="RejectedEventException">It is not an object.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Members(JsonElement element, string what, string example)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new RejectedEventException($"{what} must be a JSON object, not {Kind(element)}.", $"Send an object, such as {example}.");
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            try
            {
                members.Add(member.Name, member.Value);
            }
            catch (InvalidOperationException ex)
            {
                throw new RejectedEventException($"{what} has a name that is not text.", "Send complete Unicode characters.", innerException: ex);
            }
        }

        return members;
    }

    /// <summary>A string's text.</summary>
    /// <exception cref="RejectedEventException">It is not a string, or has half of a surrogate pair.</exception>
    public static string Text(JsonElement element, string what, string example)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new RejectedEventException($"{what} must be a string, not {Kind(element)}.", $"Send a string, such as \"{example}\".");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException ex)
        {
            throw new RejectedEventException($"{what} has half of a surrogate pair.", "Send complete Unicode characters.", innerException: ex);
        }
    }

    /// <summary>The bytes behind standard base64 (RFC 4648, section 4): padded, one line.</summary>
    /// <exception cref="RejectedEventException">It is not standard base64.</exception>
    public static byte[] Base64Bytes(string text, string what)
    {
        if (text.AsSpan().ContainsAnyExcept(Base64Characters) || !Base64.IsValid(text))
        {
            throw new RejectedEventException(
                $"{what} is not standard base64.",
                "Encode with the standard alphabet (+ and /, not - and _), padded with =, without line breaks: base64 -w0.");
        }

        return Convert.FromBase64String(text);
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

    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static void RejectByteOrderMark(ReadOnlySpan<byte> bytes, string what)
    {
        var mark = bytes.StartsWith("\uFEFF"u8) ? "UTF-8"
            : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? "UTF-16"
            : null;
        if (mark is not null)
        {
            throw new RejectedEventException(
                $"{what} begins with a byte-order mark ({mark}).", "Send UTF-8 without a byte-order mark; some editors and PowerShell add one.");
        }
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }
}

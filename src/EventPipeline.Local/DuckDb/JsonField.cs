using System.Text.Json;
using System.Text.Unicode;

namespace EventPipeline.Local.DuckDb;

/// <summary>A member's value, where it stands in a line of JSON.</summary>
/// <param name="Start">Its first byte, a string's quotation mark.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Kind">The token that it begins with; none where the member is missing.</param>
/// <param name="IsEscaped">Whether it is a string with escapes.</param>
internal readonly record struct JsonField(int Start, int Length, JsonTokenType Kind, bool IsEscaped)
{
    /// <summary>Whether the member is missing or null.</summary>
    public bool IsNothing => Kind is JsonTokenType.None or JsonTokenType.Null;

    /// <summary>Whether the value is UTF-8 as it is written.</summary>
    public bool IsUtf8(ReadOnlyMemory<byte> line) => Utf8.IsValid(line.Span.Slice(Start, Length));

    /// <summary>The value as it is written.</summary>
    public Span<byte> Raw(Span<byte> line) => line.Slice(Start, Length);

    /// <summary>The value as it is written.</summary>
    /// <exception cref="InvalidOperationException">It is not UTF-8.</exception>
    public string RawText(ReadOnlyMemory<byte> line)
    {
        using var value = JsonDocument.Parse(line.Slice(Start, Length));
        return value.RootElement.GetRawText();
    }

    /// <summary>A string's or number's text in UTF-8.</summary>
    /// <param name="line">The line, in UTF-8.</param>
    /// <param name="unescaped">Where a text with escapes is put; it grows to the longest.</param>
    /// <returns>A part of either.</returns>
    /// <exception cref="InvalidOperationException">Half of a surrogate pair, written as an escape.</exception>
    public Span<byte> Text(Span<byte> line, ref byte[] unescaped)
    {
        if (!IsEscaped)
        {
            return Kind == JsonTokenType.String ? line.Slice(Start + 1, Length - 2) : Raw(line);
        }

        if (unescaped.Length < Length)
        {
            unescaped = new byte[Length * 2];
        }

        var reader = new Utf8JsonReader(Raw(line));
        reader.Read();
        return unescaped.AsSpan(0, reader.CopyString(unescaped));
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Load;

/// <summary>
/// Writes a JSON object member by member into one buffer, each behind the other, spelled as
/// <see cref="JsonSerializer"/> spells them by default. Null is left out. Numbers are strings, so that no warehouse
/// reads them as doubles (BigQuery's documentation recommends it beyond 2^53 and for decimals). Not thread-safe.
/// </summary>
internal sealed class JsonLine : IDisposable
{
    private const int LongestNumber = 64;
    private const int LongestEscape = 6;
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Default;

    // What the default encoder leaves as it is, in strings and around them.
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !\"#$%()*,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly Utf8JsonWriter _elements = new(Stream.Null);
    private readonly ArrayBufferWriter<byte> _element = new();
    private byte[] _buffer = new byte[4 * 1024];
    private byte[] _unescaped = new byte[512];
    private (DateTimeOffset At, byte[] Text) _lastTime;

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until more is.</summary>
    public Memory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Begins again, behind so many bytes that the caller fills.</summary>
    public void Restart(int behind)
    {
        Length = 0;
        Reserve(behind);
        Length = behind;
    }

    /// <summary>Ends the object, which has members.</summary>
    public void End() => _buffer[Length - 1] = (byte)'}';

    /// <summary>A text.</summary>
    public void Add(ReadOnlySpan<byte> name, string? text)
    {
        if (text is null)
        {
            return;
        }

        var room = BeginQuoted(name, Encoding.UTF8.GetMaxByteCount(text.Length) * LongestEscape);
        EndQuoted(Escape(room, Encoding.UTF8.GetBytes(text, room)));
    }

    /// <summary>
    /// A long text in UTF-8 that nothing depends on the spelling of: only what JSON requires is escaped.
    /// </summary>
    public void AddLong(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        var room = BeginQuoted(name, text.Length * LongestEscape);
        EndQuoted(EscapeRequired(text, room));
    }

    /// <summary>A whole number.</summary>
    public void Add(ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
        {
            Utf8Formatter.TryFormat(value, BeginQuoted(name, LongestNumber), out var written);
            EndQuoted(written);
        }
    }

    /// <summary>A decimal.</summary>
    public void Add(ReadOnlySpan<byte> name, decimal? number)
    {
        if (number is { } value)
        {
            Utf8Formatter.TryFormat(value, BeginQuoted(name, LongestNumber), out var written);
            EndQuoted(written);
        }
    }

    /// <summary>A flag.</summary>
    public void Add(ReadOnlySpan<byte> name, bool? flag)
    {
        if (flag is { } value)
        {
            Begin(name, LongestNumber);
            Write(value ? "true"u8 : "false"u8);
            EndMember();
        }
    }

    /// <summary>A UTC day.</summary>
    public void Add(ReadOnlySpan<byte> name, DateOnly day)
    {
        day.TryFormat(BeginQuoted(name, LongestNumber), out var written, "O", CultureInfo.InvariantCulture);
        EndQuoted(written);
    }

    /// <summary>
    /// A time as BigQuery's TIMESTAMP holds it: RFC 3339 with at most six decimals. It refuses a row whose time has a
    /// seventh, which .NET's clock provides.
    /// https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
    /// </summary>
    public void Add(ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            return;
        }

        if (_lastTime.Text is null || !_lastTime.At.EqualsExact(value))
        {
            var text = value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture);
            _lastTime = (value, Encoding.ASCII.GetBytes(Encoder.Encode(text)));
        }

        _lastTime.Text.CopyTo(BeginQuoted(name, LongestNumber));
        EndQuoted(_lastTime.Text.Length);
    }

    /// <summary>A row's key.</summary>
    public void Add(ReadOnlySpan<byte> name, RowKey key) =>
        EndQuoted(key.Format(BeginQuoted(name, LongestNumber)));

    /// <summary>An element without unnecessary whitespace.</summary>
    public void Add(ReadOnlySpan<byte> name, JsonElement? element)
    {
        if (element is not { } value)
        {
            return;
        }

        var json = JsonMarshal.GetRawUtf8Value(value);
        if (json.ContainsAnyExcept(Plain))
        {
            _element.ResetWrittenCount();
            _elements.Reset(_element);
            value.WriteTo(_elements);
            _elements.Flush();
            json = _element.WrittenSpan;
        }

        Begin(name, json.Length);
        Write(json);
        EndMember();
    }

    public void Dispose() => _elements.Dispose();

    private void Begin(ReadOnlySpan<byte> name, int valueLength)
    {
        Reserve(name.Length + valueLength + 4);
        _buffer[Length] = (byte)'"';
        name.CopyTo(_buffer.AsSpan(Length + 1));
        Length += name.Length + 1;
        _buffer[Length++] = (byte)'"';
        _buffer[Length++] = (byte)':';
    }

    /// <summary>Begins a value in quotes.</summary>
    /// <returns>The room for it.</returns>
    private Span<byte> BeginQuoted(ReadOnlySpan<byte> name, int valueLength)
    {
        Begin(name, valueLength + 2);
        _buffer[Length++] = (byte)'"';
        return _buffer.AsSpan(Length);
    }

    private void EndQuoted(int valueLength)
    {
        Length += valueLength;
        _buffer[Length++] = (byte)'"';
        EndMember();
    }

    private void EndMember() => _buffer[Length++] = (byte)',';

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Reserve(int length)
    {
        if (_buffer.Length - Length < length)
        {
            Array.Resize(ref _buffer, Math.Max(Length + length, _buffer.Length * 2));
        }
    }

    /// <summary>Escapes what stands at the beginning of the room.</summary>
    /// <returns>How long it is then.</returns>
    private int Escape(Span<byte> room, int length)
    {
        var text = room[..length];
        var plain = Encoder.FindFirstCharacterToEncodeUtf8(text);
        if (plain < 0)
        {
            return length;
        }

        var rest = text[plain..];
        if (_unescaped.Length < rest.Length)
        {
            _unescaped = new byte[rest.Length * 2];
        }

        rest.CopyTo(_unescaped);
        Encoder.EncodeUtf8(_unescaped.AsSpan(0, rest.Length), room[plain..], out _, out var written);
        return plain + written;
    }

    private static int EscapeRequired(ReadOnlySpan<byte> text, Span<byte> room)
    {
        var length = 0;
        foreach (var character in text)
        {
            if (character is (byte)'"' or (byte)'\\')
            {
                room[length++] = (byte)'\\';
                room[length++] = character;
            }
            else if (character >= ' ')
            {
                room[length++] = character;
            }
            else
            {
                "\\u00"u8.CopyTo(room[length..]);
                Utf8Formatter.TryFormat(character, room[(length + 4)..], out _, new StandardFormat('x', 2));
                length += LongestEscape;
            }
        }

        return length;
    }
}

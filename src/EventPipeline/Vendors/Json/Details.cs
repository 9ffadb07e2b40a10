using System.Buffers;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Makes the JSON objects of columns such as <c>dimensions</c> and <c>details</c>, one after the other: values that are
/// null are left out, and the same content is always the same text. Not thread-safe.
/// </summary>
internal sealed class Details : IDisposable
{
    private const int MaxKnown = 1_024;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Utf8JsonWriter _writer = new(Stream.Null, Options);
    private readonly Dictionary<UInt128, JsonElement> _known = [];
    private bool _begun;

    /// <summary>Adds a text.</summary>
    public Details Add(string name, string? text)
    {
        if (text is not null)
        {
            Begin(name).WriteStringValue(text);
        }

        return this;
    }

    /// <summary>Adds a whole number.</summary>
    public Details Add(string name, long? number)
    {
        if (number is { } value)
        {
            Begin(name).WriteNumberValue(value);
        }

        return this;
    }

    /// <summary>Adds a flag.</summary>
    public Details Add(string name, bool? flag)
    {
        if (flag is { } value)
        {
            Begin(name).WriteBooleanValue(value);
        }

        return this;
    }

    /// <summary>Adds a value as it is.</summary>
    public Details Add(string name, JsonElement? element)
    {
        if (element is { } value)
        {
            value.WriteTo(Begin(name));
        }

        return this;
    }

    /// <summary>Adds members of a row as they are.</summary>
    public Details AddAll(Fields row, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Add(name, row.Anything(name));
        }

        return this;
    }

    /// <summary>The object of what was added since the last one; null where that is nothing.</summary>
    public JsonElement? ToJson()
    {
        if (!_begun)
        {
            return null;
        }

        _begun = false;
        _writer.WriteEndObject();
        _writer.Flush();
        return Known(_buffer.WrittenSpan);
    }

    public void Dispose() => _writer.Dispose();

    private Utf8JsonWriter Begin(string name)
    {
        if (!_begun)
        {
            _begun = true;
            _buffer.ResetWrittenCount();
            _writer.Reset(_buffer);
            _writer.WriteStartObject();
        }

        _writer.WritePropertyName(name);
        return _writer;
    }

    /// <summary>Rows of one page often say the same: the element is made once.</summary>
    private JsonElement Known(ReadOnlySpan<byte> json)
    {
        var hash = XxHash128.HashToUInt128(json);
        if (_known.TryGetValue(hash, out var known))
        {
            return known;
        }

        if (_known.Count == MaxKnown)
        {
            _known.Clear();
        }

        known = JsonElement.Parse(json);
        _known.Add(hash, known);
        return known;
    }
}

using System.Buffers;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// Turns records into lines of newline-delimited JSON, one buffer for all. Numbers are strings, so that no warehouse
/// reads them as doubles (BigQuery's documentation recommends it beyond 2^53 and for decimals).
/// </summary>
internal sealed partial class RecordLine(string loadId, int normaliserVersion) : IDisposable
{
    private readonly byte[] _head = Encoding.UTF8.GetBytes($$"""{"load_id":"{{loadId}}",""");
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private readonly XxHash128 _hash = new();
    private readonly Dictionary<string, byte[]> _prefixes = [];

    /// <summary>
    /// The line, and the hash of the row: its table, its content and the normaliser's version, without load id and
    /// times of reading.
    /// </summary>
    /// <remarks>The line is valid until the next call.</remarks>
    public (ReadOnlyMemory<byte> Line, UInt128 Hash) Write(VendorRecord record)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(_head);
        _writer.Reset(_buffer);
        JsonSerializer.Serialize(_writer, record, TypeOf(record));
        _writer.Flush();

        // The head's opening brace replaces the record's own.
        var line = _buffer.WrittenMemory;
        _head.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsMemory(line)[1..]);
        var shifted = line[1..];

        _hash.Reset();
        _hash.Append(Prefix(record.Table));
        _hash.Append(shifted.Span[_head.Length..]);
        return (shifted, _hash.GetCurrentHashAsUInt128());
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>
    /// What distinguishes rows of one table and normaliser from those of another; made once per table, used for every
    /// row.
    /// </summary>
    private byte[] Prefix(string table)
    {
        if (!_prefixes.TryGetValue(table, out var prefix))
        {
            _prefixes.Add(table, prefix = Encoding.UTF8.GetBytes($"{table}\0{normaliserVersion}\0"));
        }

        return prefix;
    }

    private static JsonTypeInfo TypeOf(VendorRecord record) => record switch
    {
        UsageRecord => Json.Default.UsageRecord,
        CostRecord => Json.Default.CostRecord,
        ActivityRecord => Json.Default.ActivityRecord,
        EntityRecord => Json.Default.EntityRecord,
        _ => throw new InvalidOperationException($"No table takes a {record.GetType().Name}."),
    };

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString,
        Converters = [typeof(MicrosecondTime)])]
    [JsonSerializable(typeof(UsageRecord))]
    [JsonSerializable(typeof(CostRecord))]
    [JsonSerializable(typeof(ActivityRecord))]
    [JsonSerializable(typeof(EntityRecord))]
    private sealed partial class Json : JsonSerializerContext;
}

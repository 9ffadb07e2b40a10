using System.IO.Hashing;
using System.Text;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>Turns records into lines of newline-delimited JSON, one buffer for all.</summary>
internal sealed class RecordLine : IDisposable
{
    private readonly int _normaliserVersion;
    private readonly byte[] _head;
    private readonly int _room;
    private readonly JsonLine _line = new();
    private (string Table, byte[] Text) _prefix = ("", []);

    /// <summary>Writes rows of one load.</summary>
    public RecordLine(string loadId, int normaliserVersion)
    {
        const int longestPrefix = 64;
        _normaliserVersion = normaliserVersion;
        _head = Encoding.UTF8.GetBytes($$"""{"load_id":"{{loadId}}",""");
        _room = Math.Max(_head.Length, longestPrefix);
    }

    /// <summary>
    /// The line, and the hash of the row: its table, its content and the normaliser's version, without load id and
    /// times of reading.
    /// </summary>
    /// <remarks>The line is valid until the next call.</remarks>
    public (ReadOnlyMemory<byte> Line, UInt128 Hash) Write(VendorRecord record)
    {
        _line.Restart(_room);
        RecordColumns.Write(_line, record);
        _line.End();

        // What the line begins with is not hashed; what is hashed before the columns is not in the line.
        var written = _line.Written;
        var prefix = Prefix(record.Table);
        prefix.CopyTo(written.Span[(_room - prefix.Length)..]);
        var hash = XxHash128.HashToUInt128(written.Span[(_room - prefix.Length)..]);
        _head.CopyTo(written[(_room - _head.Length)..]);
        return (written[(_room - _head.Length)..], hash);
    }

    public void Dispose() => _line.Dispose();

    /// <summary>What distinguishes rows of one table and normaliser from those of another.</summary>
    private byte[] Prefix(string table)
    {
        if (!ReferenceEquals(_prefix.Table, table))
        {
            _prefix = (table, Encoding.UTF8.GetBytes($"{table}\0{_normaliserVersion}\0"));
        }

        return _prefix.Text;
    }
}

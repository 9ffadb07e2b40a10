using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;

namespace EventPipeline.Google.BigQuery;

/// <summary>Lines of one part, compressed into deflate blocks that refer to nothing before them.</summary>
internal sealed class GzipPiece : IDisposable
{
    // The compressor is called for many lines at once.
    private byte[] _lines = ArrayPool<byte>.Shared.Rent(32 * 1024);
    private readonly PooledStream _bytes = new();
    private readonly DeflateStream _deflate;
    private readonly Crc32 _checksum = new();
    private int _waiting;
    private int? _closedLength;

    public GzipPiece(int part)
    {
        Part = part;
        _deflate = new DeflateStream(_bytes, CompressionLevel.Fastest, leaveOpen: true);
    }

    public int Part { get; }

    /// <summary>How many compressed bytes there are; lines that wait to be compressed add none.</summary>
    public int Length => _closedLength ?? (int)_bytes.Length;

    /// <summary>How many bytes the lines have.</summary>
    public long LineBytes { get; private set; }

    /// <summary>The lines' CRC-32.</summary>
    public uint Checksum => _checksum.GetCurrentHashAsUInt32();

    public void WriteLine(ReadOnlySpan<byte> line)
    {
        if (_waiting + line.Length + 1 > _lines.Length)
        {
            Compress(_lines.AsSpan(0, _waiting));
            _waiting = 0;
        }

        if (line.Length + 1 > _lines.Length)
        {
            Compress(line);
            Compress("\n"u8);
            return;
        }

        line.CopyTo(_lines.AsSpan(_waiting));
        _waiting += line.Length;
        _lines[_waiting++] = (byte)'\n';
    }

    /// <summary>
    /// Says that no line follows. The last block ends at a byte, and is not marked as the data's last.
    /// </summary>
    public void Close()
    {
        Compress(_lines.AsSpan(0, _waiting));
        ReturnLines();
        _deflate.Flush();
        _closedLength = (int)_bytes.Length;
        _deflate.Dispose();
    }

    public void CopyTo(Stream stream) => _bytes.CopyFirstTo(stream, Length);

    public void Dispose()
    {
        ReturnLines();
        _deflate.Dispose();
        _bytes.Dispose();
    }

    private void ReturnLines()
    {
        if (_lines.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_lines);
            (_lines, _waiting) = ([], 0);
        }
    }

    private void Compress(ReadOnlySpan<byte> lines)
    {
        _deflate.Write(lines);
        _checksum.Append(lines);
        LineBytes += lines.Length;
    }
}

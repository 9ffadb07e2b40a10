using System.IO.Compression;

namespace EventPipeline.Google.BigQuery;

/// <summary>Compresses lines as they are written; the front is dropped once it has arrived elsewhere.</summary>
internal sealed class GzipBuffer : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly GZipStream _gzip;

    public GzipBuffer() => _gzip = new GZipStream(_bytes, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>Whether any line was written.</summary>
    public bool HasLines { get; private set; }

    /// <summary>How many compressed bytes are held.</summary>
    public int Length => (int)_bytes.Length;

    /// <summary>The first bytes that are held; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Front(int count) => _bytes.GetBuffer().AsMemory(0, count);

    public void WriteLine(ReadOnlySpan<byte> line)
    {
        HasLines = true;
        _gzip.Write(line);
        _gzip.WriteByte((byte)'\n');
    }

    /// <summary>Ends the compressed data; no line can follow.</summary>
    public void Finish() => _gzip.Dispose();

    public void Drop(int count)
    {
        var rest = Length - count;
        var bytes = _bytes.GetBuffer();
        bytes.AsSpan(count, rest).CopyTo(bytes);
        _bytes.SetLength(rest);
        _bytes.Position = rest;
    }

    public void Dispose()
    {
        _gzip.Dispose();
        _bytes.Dispose();
    }
}

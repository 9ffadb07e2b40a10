using System.Buffers;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Bytes that are written and later copied, in blocks of memory that are used again: a growing array would leave
/// several times its size to the garbage collector.
/// </summary>
internal sealed class PooledStream : Stream
{
    private const int BlockSize = 32 * 1024;
    private readonly List<byte[]> _blocks = [];
    private int _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var at = _length % BlockSize;
            if (_length / BlockSize == _blocks.Count)
            {
                _blocks.Add(ArrayPool<byte>.Shared.Rent(BlockSize));
            }

            var count = Math.Min(buffer.Length, BlockSize - at);
            buffer[..count].CopyTo(_blocks[^1].AsSpan(at));
            buffer = buffer[count..];
            _length += count;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Copies the first bytes.</summary>
    public void CopyFirstTo(Stream stream, int count)
    {
        foreach (var block in _blocks)
        {
            var length = Math.Min(count, BlockSize);
            stream.Write(block, 0, length);
            count -= length;
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _blocks.ForEach(block => ArrayPool<byte>.Shared.Return(block));
        _blocks.Clear();
        base.Dispose(disposing);
    }
}

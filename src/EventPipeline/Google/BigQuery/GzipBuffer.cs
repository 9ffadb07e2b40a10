using System.Buffers.Binary;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Compresses lines as they are written, part by part, into one gzip member (RFC 1952). Parts are held apart until they
/// are more than 4 MiB together: what is held can still be left out. The front is dropped once it has arrived
/// elsewhere.
/// </summary>
/// <remarks>
/// Each part is a run of deflate blocks that ends at a byte and refers to nothing outside (RFC 1951), so that parts can
/// stand behind each other in any choice.
/// </remarks>
internal sealed class GzipBuffer : IDisposable
{
    /// <summary>How many compressed bytes are held back.</summary>
    public const int MaxHeldBytes = 4 * 1024 * 1024;

    // The largest piece that is held or let go as one.
    private const int MaxPieceBytes = 256 * 1024;
    private static readonly byte[] Header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 0xFF];
    private static readonly byte[] LastBlock = [3, 0];

    private readonly MemoryStream _ready = new();
    private readonly Queue<GzipPiece> _held = new();
    private readonly bool _isBorrowed;
    private GzipPiece? _open;
    private int _part;
    private int _heldBytes;
    private bool _begun;
    private bool _ended;
    private bool _hasTrailer;
    private uint _checksum;
    private long _length;

    public GzipBuffer()
    {
    }

    private GzipBuffer(IEnumerable<GzipPiece> borrowed)
    {
        (_held, _isBorrowed) = (new(borrowed), true);
    }

    /// <summary>Whether everything that was written is still held.</summary>
    public bool IsHeld => !_begun;

    /// <summary>Whether any line was written and not left out; known when the data has ended.</summary>
    public bool HasLines => _begun || _held.Count > 0;

    /// <summary>Whether all of it is ready to be sent.</summary>
    public bool IsReady => _ended && _held.Count == 0;

    /// <summary>How many bytes are ready to be sent.</summary>
    public int Length => (int)_ready.Length;

    /// <summary>What several buffers hold, one behind the other; they keep it, and outlive the joined one.</summary>
    /// <param name="buffers">Buffers that hold everything that was written to them.</param>
    public static GzipBuffer Join(IEnumerable<GzipBuffer> buffers) => new(buffers.SelectMany(buffer =>
    {
        buffer.Finish();
        return buffer.IsHeld
            ? buffer._held
            : throw new InvalidOperationException("What was let go can be joined with nothing.");
    }));

    /// <summary>The first bytes that are ready; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Front(int count) => _ready.GetBuffer().AsMemory(0, count);

    /// <summary>The lines that follow belong to a part.</summary>
    public void Begin(int part)
    {
        if (part != _part)
        {
            Close();
            _part = part;
        }
    }

    public void WriteLine(ReadOnlySpan<byte> line)
    {
        _open ??= new GzipPiece(_part);
        _open.WriteLine(line);
        if (_open.Length > MaxPieceBytes)
        {
            Close();
        }
    }

    /// <summary>Leaves out a part's lines, as far as they are still held.</summary>
    public void LeaveOut(int part)
    {
        Close();
        for (var count = _held.Count; count > 0; count--)
        {
            var piece = _held.Dequeue();
            if (piece.Part == part)
            {
                _heldBytes -= piece.Length;
                piece.Dispose();
            }
            else
            {
                _held.Enqueue(piece);
            }
        }
    }

    /// <summary>Ends the data; no line can follow.</summary>
    public void Finish()
    {
        Close();
        _ended = true;
        Fill(0);
    }

    /// <summary>Makes at least so many bytes ready, or all that there are.</summary>
    public void Fill(int bytes)
    {
        while (_held.Count > 0 && Length < bytes)
        {
            LetGo();
        }

        if (IsReady && _begun && !_hasTrailer)
        {
            WriteTrailer();
        }
    }

    public void Drop(int count)
    {
        var rest = Length - count;
        var bytes = _ready.GetBuffer();
        bytes.AsSpan(count, rest).CopyTo(bytes);
        _ready.SetLength(rest);
        _ready.Position = rest;
    }

    public void Dispose()
    {
        _open?.Dispose();
        while (_held.TryDequeue(out var piece))
        {
            Release(piece);
        }

        _ready.Dispose();
    }

    private void Close()
    {
        if (_open is not { } piece)
        {
            return;
        }

        _open = null;
        piece.Close();
        _held.Enqueue(piece);
        _heldBytes += piece.Length;
        while (_heldBytes > MaxHeldBytes)
        {
            LetGo();
        }
    }

    private void LetGo()
    {
        var piece = _held.Dequeue();
        _heldBytes -= piece.Length;
        if (!_begun)
        {
            _begun = true;
            _ready.Write(Header);
        }

        piece.CopyTo(_ready);
        _checksum = Crc32Sum.Of(_checksum, piece.Checksum, piece.LineBytes);
        _length += piece.LineBytes;
        Release(piece);
    }

    private void Release(GzipPiece piece)
    {
        if (!_isBorrowed)
        {
            piece.Dispose();
        }
    }

    private void WriteTrailer()
    {
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], unchecked((uint)_length));
        _ready.Write(LastBlock);
        _ready.Write(trailer);
        _hasTrailer = true;
    }
}

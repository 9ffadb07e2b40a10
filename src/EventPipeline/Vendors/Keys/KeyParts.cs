using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// The parts of a key, each behind its length, so that no two lists of parts read alike; null is not the empty text.
/// </summary>
internal sealed class KeyParts
{
    private byte[] _bytes = new byte[512];

    /// <summary>How many bytes they have.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a part.</summary>
    public void Add(string? part)
    {
        var room = Reserve(Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0));
        End(part is null ? null : Encoding.UTF8.GetBytes(part, room));
    }

    /// <summary>Adds a part in UTF-8.</summary>
    public void AddUtf8(ReadOnlySpan<byte> part)
    {
        part.CopyTo(Reserve(part.Length));
        End(part.Length);
    }

    /// <summary>Forgets all but the first bytes.</summary>
    public void CutTo(int length) => Length = length;

    /// <summary>The key.</summary>
    public RowKey ToRowKey()
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes.AsSpan(0, Length), sum);
        return new RowKey(BinaryPrimitives.ReadUInt128BigEndian(sum));
    }

    /// <summary>Room for a part, behind that for its length.</summary>
    private Span<byte> Reserve(int length)
    {
        var needed = Length + sizeof(int) + length;
        if (_bytes.Length < needed)
        {
            Array.Resize(ref _bytes, needed * 2);
        }

        return _bytes.AsSpan(Length + sizeof(int));
    }

    private void End(int? length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length), length ?? -1);
        Length += sizeof(int) + (length ?? 0);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>The parts of a key, one after the other with their lengths, and half of their SHA-256 as text.</summary>
internal ref struct KeyText(Span<byte> buffer)
{
    /// <summary>Enough for the dimensions of a row.</summary>
    public const int Bytes = 512;

    private const int Half = SHA256.HashSizeInBytes / 2;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public void Add(ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[_length..], part.Length);
        part.CopyTo(_buffer[(_length + sizeof(int))..]);
        _length += sizeof(int) + part.Length;
    }

    /// <summary>Writes 32 hexadecimal digits.</summary>
    public readonly void Write(Span<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer[.._length], hash);
        Convert.TryToHexStringLower(hash[..Half], text, out _);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// A row's natural key: a hash over ordered name and value pairs. Null and the empty string differ; metrics, names that have an id,
/// and the time of reading never enter.
/// </summary>
public static class RowKey
{
    /// <summary>32 hexadecimal digits of SHA-256 over the length-prefixed parts, in the order given.</summary>
    public static string Of(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

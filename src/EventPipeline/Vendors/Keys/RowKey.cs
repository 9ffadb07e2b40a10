using System.Buffers.Binary;
using System.Globalization;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// A row's natural key: a hash over ordered name and value pairs. Null and the empty string differ; metrics, names that
/// have an id, and the time of reading never enter. Its text is 32 hexadecimal digits, which are made where the row is
/// written.
/// </summary>
/// <param name="Value">The first half of SHA-256.</param>
public readonly record struct RowKey(UInt128 Value)
{
    private const int Digits = 32;

    /// <summary>The key over the length-prefixed parts, in the order given.</summary>
    public static RowKey Create(params ReadOnlySpan<string?> parts)
    {
        var key = new KeyParts();
        foreach (var part in parts)
        {
            key.Add(part);
        }

        return key.ToRowKey();
    }

    /// <summary>The text that is stored.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Writes the text that is stored, in ASCII.</summary>
    /// <returns>How long it is.</returns>
    internal int Format(Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Digits / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        Convert.TryToHexStringLower(bytes, text, out var written);
        return written;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// A row's natural key: a hash over ordered name and value pairs. Null and the empty string differ; metrics, names that
/// have an id, and the time of reading never enter. Its text is 32 hexadecimal digits, which are made where the row is
/// written.
/// </summary>
/// <param name="Value">The first half of SHA-256.</param>
[JsonConverter(typeof(AsText))]
public readonly record struct RowKey(UInt128 Value)
{
    private const int Digits = 32;

    /// <summary>The key over the length-prefixed parts, in the order given.</summary>
    public static RowKey Create(params ReadOnlySpan<string?> parts)
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

        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(sum);
        return new RowKey(BinaryPrimitives.ReadUInt128BigEndian(sum));
    }

    /// <summary>The text that is stored.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Writes the text, and reads it.</summary>
    internal sealed class AsText : JsonConverter<RowKey>
    {
        public override RowKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(UInt128.Parse(reader.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

        public override void Write(Utf8JsonWriter writer, RowKey value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[Digits];
            value.Value.TryFormat(text, out var written, "x32", CultureInfo.InvariantCulture);
            writer.WriteStringValue(text[..written]);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Shared;

/// <summary>Writes money as a JSON string without trailing zeros, so that no reader takes it for a double.</summary>
public sealed class DecimalAsString : JsonConverter<decimal>
{
    /// <summary>Plain digits, at most 18 decimals, no trailing zeros.</summary>
    public static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    /// <summary>The same; null of null.</summary>
    public static string? TextOrNull(decimal? value) => value is { } known ? Text(known) : null;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Money.TryParse(reader.GetString(), Money.AsIs, out var value, out _)
            ? value
            : throw new JsonException("The string is not a decimal.");

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Load;

/// <summary>
/// Writes times as BigQuery's TIMESTAMP holds them: RFC 3339 with at most six decimals. It refuses a row whose time has
/// a seventh, which .NET's clock provides.
/// https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
/// </summary>
internal sealed class MicrosecondTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture));
}

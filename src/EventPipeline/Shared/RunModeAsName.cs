using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Shared;

/// <summary>Writes a mode as it is spelled in messages, and reads that spelling and no other.</summary>
internal sealed class RunModeAsName : JsonConverter<RunMode>
{
    public override RunMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && RunModeNames.TryParse(reader.GetString()!, out var mode)
            ? mode
            : throw new JsonException("The string is not a mode.");

    public override void Write(Utf8JsonWriter writer, RunMode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name());
}

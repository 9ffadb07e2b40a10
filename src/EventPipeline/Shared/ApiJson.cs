using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Shared;

/// <summary>How HTTP answers are written: camel case, decimals as strings, everything present that is known.</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Configure(
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true });

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new DecimalAsString());
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        return options;
    }
}

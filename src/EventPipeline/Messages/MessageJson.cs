using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>
/// How the messages between the stages are written and read: camel case, decimals as strings.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(DecimalAsString)])]
[JsonSerializable(typeof(FetchRequested))]
[JsonSerializable(typeof(SharedFetchRequested))]
[JsonSerializable(typeof(RunCompleted))]
internal sealed partial class MessageJson : JsonSerializerContext;

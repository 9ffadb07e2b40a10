using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>How the messages between the stages are written: camel case, decimals as strings.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(DecimalAsString)])]
[JsonSerializable(typeof(FetchRequested))]
[JsonSerializable(typeof(RunCompleted))]
internal sealed partial class MessageJson : JsonSerializerContext;

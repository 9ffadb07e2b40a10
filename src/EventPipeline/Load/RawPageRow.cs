using System.Text.Json.Serialization;

namespace EventPipeline.Load;

/// <summary>One row of <c>raw_page</c>.</summary>
internal sealed record RawPageRow(
    string LoadId,
    string Vendor,
    string AccountId,
    string Report,
    DateOnly WindowStart,
    DateOnly WindowEnd,
    int PageNo,
    int PartNo,
    string RequestHash,
    int HttpStatus,
    string Payload,
    DateTimeOffset FetchedAt);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MicrosecondTime)])]
[JsonSerializable(typeof(RawPageRow))]
internal sealed partial class RawPageJson : JsonSerializerContext;

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// https://cloud.google.com/bigquery/docs/error-messages: the body of a response whose status is not 2xx.
/// </summary>
internal sealed record ErrorAnswer(ErrorBody? Error);

internal sealed record ErrorBody(string? Message, IReadOnlyList<ErrorProto>? Errors);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobsQueryRequest))]
[JsonSerializable(typeof(JobsQueryResponse))]
[JsonSerializable(typeof(Dataset))]
[JsonSerializable(typeof(Table))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class BigQueryJson : JsonSerializerContext
{
    /// <summary>
    /// How requests are written: they never end up in a web page, so only what JSON requires is escaped. Otherwise each
    /// + of base64 would take six bytes, and a dead letter's payload could forever exceed a request's limit of 10 MB.
    /// </summary>
    public static BigQueryJson Request { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Google.BigQuery;

/// <summary>https://cloud.google.com/bigquery/docs/error-messages: what comes with a status that is not 2xx.</summary>
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
    /// How requests are written: nobody puts them into a page, so only what JSON asks for is escaped. A + of base64 would take six bytes otherwise, and a
    /// dead letter's payload more than the 10 MB that a request may have, for ever.
    /// </summary>
    public static BigQueryJson Request { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Google.BigQuery;

/// <summary>https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query, the request.</summary>
internal sealed record JobsQueryRequest(string Query, string Location)
{
    public bool UseLegacySql { get; }

    public string? ParameterMode { get; init; }

    public IReadOnlyList<QueryParameter>? QueryParameters { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString)]
    public long MaximumBytesBilled { get; init; }

    public int TimeoutMs { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public DataFormatOptions FormatOptions { get; } = new();
}

/// <summary>Timestamps as microseconds since 1970; otherwise they are returned as doubles.</summary>
internal sealed record DataFormatOptions
{
    public bool UseInt64Timestamp { get; } = true;
}

/// <summary>A value by name, with its type: a null has one too.</summary>
internal sealed record QueryParameter(
    string Name, QueryParameterType ParameterType, QueryParameterValue ParameterValue);

internal sealed record QueryParameterType(string Type);

internal sealed record QueryParameterValue([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Value);

/// <summary>
/// The answer of jobs.query and jobs.getQueryResults: the first page, or the next one, once the job is complete.
/// </summary>
internal sealed record JobsQueryResponse(
    bool JobComplete,
    JobReference? JobReference,
    TableSchema? Schema,
    IReadOnlyList<ResultRow>? Rows,
    string? PageToken);

/// <summary>A row: a cell per column.</summary>
internal sealed record ResultRow(IReadOnlyList<ResultCell> F);

/// <summary>A cell: text or null; nested if the column is.</summary>
internal sealed record ResultCell(JsonElement V);

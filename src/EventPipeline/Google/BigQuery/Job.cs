using System.Text.Json.Serialization;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// https://cloud.google.com/bigquery/docs/reference/rest/v2/Job, as far as it is used; names as in the API.
/// </summary>
internal sealed record Job(JobReference JobReference, JobConfiguration? Configuration = null, JobStatus? Status = null)
{
    /// <summary>The status of a job that did what it was to do.</summary>
    public static JobStatus Succeeded { get; } = new("DONE");

    /// <summary>Whether it has ended, successfully or not.</summary>
    [JsonIgnore]
    public bool IsDone => Status?.State == Succeeded.State;
}

/// <summary>A job's name: never reused within a project and location.</summary>
internal sealed record JobReference(string? ProjectId, string JobId, string? Location);

/// <summary>What a job does: either a load or a query.</summary>
internal sealed record JobConfiguration
{
    public JobConfigurationLoad? Load { get; init; }

    public JobConfigurationQuery? Query { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A load job whose rows come with it.</summary>
internal sealed record JobConfigurationLoad(TableReference DestinationTable)
{
    public string SourceFormat { get; } = "NEWLINE_DELIMITED_JSON";

    public string WriteDisposition { get; } = "WRITE_APPEND";

    public string CreateDisposition { get; } = "CREATE_NEVER";

    public int MaxBadRecords { get; }

    public bool IgnoreUnknownValues { get; }

    public bool Autodetect { get; }
}

/// <summary>A query job: an insert, or a statement that changes the schema.</summary>
internal sealed record JobConfigurationQuery(string Query)
{
    public bool UseLegacySql { get; }

    public string? ParameterMode { get; init; }

    public IReadOnlyList<QueryParameter>? QueryParameters { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long? MaximumBytesBilled { get; init; }
}

/// <summary>
/// A job's progress. <c>DONE</c> is not success: that is <c>DONE</c> without <paramref name="ErrorResult"/>.
/// </summary>
internal sealed record JobStatus(
    string? State, ErrorProto? ErrorResult = null, IReadOnlyList<ErrorProto>? Errors = null);

/// <summary>https://cloud.google.com/bigquery/docs/error-messages lists the reasons.</summary>
internal sealed record ErrorProto(string? Reason, string? Location, string? Message);

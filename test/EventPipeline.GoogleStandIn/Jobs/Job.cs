using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>
/// A job: https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/Job. What is public and set is kept on disk.
/// </summary>
internal sealed class Job
{
    private readonly TaskCompletionSource<JobEnd> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required string Project { get; init; }

    public required string Id { get; init; }

    public required string Location { get; init; }

    /// <summary>The configuration as it was sent, with its <c>jobType</c>.</summary>
    public required JsonObject Configuration { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long CreationTime { get; init; }

    /// <summary>The uploaded file of a load.</summary>
    public string? UploadPath { get; init; }

    /// <summary>What makes a repeated jobs.query the same query.</summary>
    public string? RequestId { get; init; }

    /// <summary>Its place among all jobs, in the order in which they were accepted.</summary>
    [JsonIgnore]
    public long Number { get; private set; }

    /// <summary>The table of a load.</summary>
    [JsonIgnore]
    public TableName? LoadsInto { get; private set; }

    /// <summary>The UTC day on which it was accepted, counted from 1970.</summary>
    [JsonIgnore]
    public long Day => CreationTime / (24 * 60 * 60 * 1000);

    /// <summary>Milliseconds since 1970; null while it waits.</summary>
    [JsonIgnore]
    public long? StartTime { get; set; }

    /// <summary>Completes when the job is done; never fails.</summary>
    [JsonIgnore]
    public Task<JobEnd> Ended => ended.Task;

    [JsonIgnore]
    public bool IsLoad => Configuration["load"] is not null;

    [JsonIgnore]
    public string State => Ended.IsCompleted ? "DONE" : StartTime is null ? "PENDING" : "RUNNING";

    [JsonIgnore]
    public JsonObject Reference => new() { ["projectId"] = Project, ["jobId"] = Id, ["location"] = Location };

    /// <summary>The name that errors call it by.</summary>
    [JsonIgnore]
    public string FullId => $"{Project}:{Location}.{Id}";

    /// <summary>What a fault may be told by.</summary>
    [JsonIgnore]
    public string Text => $"{FullId} {Configuration.ToJsonString(Relaxed)}";

    /// <summary>JSON as a person would write it, so that texts in it can be searched for.</summary>
    public static JsonSerializerOptions Relaxed { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Says where it stands, once, before others know it.</summary>
    public void Accept(long number)
    {
        Number = number;
        LoadsInto = Configuration["load"] is { } load ? TableName.Of(load["destinationTable"], Project) : null;
    }

    public void Finish(JobEnd end) => ended.TrySetResult(end);

    /// <summary>The resource, as it is now.</summary>
    public JsonObject Resource()
    {
        var statistics = new JsonObject { ["creationTime"] = CreationTime.ToString(CultureInfo.InvariantCulture) };
        var status = new JsonObject { ["state"] = State };
        if ((StartTime ?? (Ended.IsCompleted ? CreationTime : null)) is { } start)
        {
            statistics["startTime"] = start.ToString(CultureInfo.InvariantCulture);
        }

        if (Ended.IsCompletedSuccessfully)
        {
            var end = Ended.Result;
            statistics["endTime"] = end.EndTime.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, value) in end.Statistics)
            {
                statistics[name] = value?.DeepClone();
            }

            if (end.ErrorResult is not null)
            {
                status["errorResult"] = end.ErrorResult.DeepClone();
            }

            if (end.Errors.Count > 0)
            {
                status["errors"] = end.Errors.DeepClone();
            }
        }

        return new JsonObject
        {
            ["kind"] = "bigquery#job",
            ["id"] = FullId,
            ["selfLink"] =
                $"https://bigquery.googleapis.com/bigquery/v2/projects/{Project}/jobs/{Id}?location={Location}",
            ["user_email"] = Metadata.MetadataEndpoints.Email,
            ["configuration"] = Configuration.DeepClone(),
            ["jobReference"] = Reference,
            ["statistics"] = statistics,
            ["status"] = status,
        };
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query and …/getQueryResults.</summary>
internal sealed class QueryEndpoints(JobStore store, JobRunner runner, ResultFiles results, TimeProvider time)
{
    private const string Queries = "/bigquery/v2/projects/{project}/queries";

    /// <summary>What of jobs.query belongs to the job it makes.</summary>
    private static readonly string[] OfTheJob =
    [
        "query",
        "useLegacySql",
        "parameterMode",
        "queryParameters",
        "defaultDataset",
        "maximumBytesBilled",
        "useQueryCache",
        "preserveNulls",
    ];

    public void Map(Door door)
    {
        door.Map("POST", Queries, "jobs.query", QueryAsync);
        door.Map("GET", $"{Queries}/{{job}}", "jobs.getQueryResults", GetResultsAsync, About);
    }

    private void About(Call call)
    {
        call.JobId = call.Route("job");
        call.About = store.Find(call.Route("project"), call.JobId)?.Text ?? "";
    }

    private async Task<IResult> QueryAsync(Call call)
    {
        var (project, body) = (call.Route("project"), call.Body);
        var requestId = (string?)body["requestId"];
        if (requestId is { Length: > 36 })
        {
            throw GoogleException.Invalid("The request ID must be at most 36 characters long.");
        }

        var job = store.Repeated(project, requestId);
        if (job is null)
        {
            job = store.Accept(project, Resource(body), uploadPath: null, requestId);
            runner.Start(job);
        }

        call.JobId = job.Id;
        await WaitAsync(job, Number(body["timeoutMs"]?.ToString()), call.Aborted);
        return Respond(
            job,
            "bigquery#queryResponse",
            null,
            Number(body["maxResults"]?.ToString()),
            body["formatOptions"]?["useInt64Timestamp"]?.ToString());
    }

    private async Task<IResult> GetResultsAsync(Call call)
    {
        var job = store.Get(call.Route("project"), call.Route("job"), call.Query("location"));
        if (job.IsLoad)
        {
            throw GoogleException.Invalid("Cannot return results of a job that is not a query.");
        }

        await WaitAsync(job, Number(call.Query("timeoutMs")), call.Aborted);
        return Respond(
            job,
            "bigquery#getQueryResultsResponse",
            call.Query("pageToken"),
            Number(call.Query("maxResults")),
            call.Query("formatOptions.useInt64Timestamp"));
    }

    private static JsonObject Resource(JsonObject body)
    {
        if ((bool?)body["dryRun"] == true)
        {
            throw GoogleException.NotHere("A dry run");
        }

        var query = new JsonObject();
        foreach (var name in OfTheJob.Where(name => body[name] is not null))
        {
            query[name] = body[name]!.DeepClone();
        }

        var resource = new JsonObject { ["configuration"] = new JsonObject { ["query"] = query } };
        if (body["labels"] is { } labels)
        {
            resource["configuration"]!["labels"] = labels.DeepClone();
        }

        if ((string?)body["location"] is { } location)
        {
            resource["jobReference"] = new JsonObject { ["location"] = location };
        }

        return resource;
    }

    private IResult Respond(Job job, string kind, string? pageToken, int? maxResults, string? int64Timestamps)
    {
        var response = new JsonObject
        {
            ["kind"] = kind,
            ["jobReference"] = job.Reference,
            ["jobComplete"] = job.Ended.IsCompleted,
        };
        if (!job.Ended.IsCompletedSuccessfully)
        {
            return Answer.Json(response);
        }

        var end = job.Ended.Result;
        if (end.Error is { } error)
        {
            throw error;
        }

        results.Read(job, response, pageToken, maxResults, bool.TryParse(int64Timestamps, out var asked) && asked);
        response["totalBytesProcessed"] = end.Statistics["totalBytesProcessed"]?.DeepClone() ?? "0";
        response["cacheHit"] = false;
        if (end.Statistics["query"]?["numDmlAffectedRows"] is { } rows)
        {
            response["numDmlAffectedRows"] = rows.DeepClone();
        }

        return Answer.Json(response);
    }

    /// <summary>Waits as long as the caller would: 10 s unless it says otherwise.</summary>
    private async Task WaitAsync(Job job, int? timeoutMs, CancellationToken cancellationToken)
    {
        try
        {
            await job.Ended.WaitAsync(TimeSpan.FromMilliseconds(timeoutMs ?? 10_000), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The answer says that the job is not complete.
        }
    }

    private static int? Number(string? text) => text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (int)Math.Min(number, int.MaxValue)
        : throw GoogleException.Invalid($"Invalid value: {text}");
}

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;

namespace EventPipeline.GoogleStandIn.Control;

/// <summary>What the requests in the list have cost: calls by method, and the jobs that they made.</summary>
internal sealed class Costs(RequestLog requests, JobStore jobs)
{
    public JsonObject Show()
    {
        var entries = requests.List().Select(entry => (JsonObject)entry!).ToList();
        var made = entries.Select(entry => (string?)entry["jobId"]).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var calls = new JsonObject();
        foreach (var operation in entries.GroupBy(entry => (string)entry["operation"]!))
        {
            calls[operation.Key] = operation.Count();
        }

        return new JsonObject
        {
            ["calls"] = calls,
            ["jobs"] = new JsonArray([.. jobs.All.Where(job => made.Contains(job.Id)).Select(Show)]),
        };
    }

    private static JsonObject Show(Job job)
    {
        var end = job.Ended.IsCompletedSuccessfully ? job.Ended.Result : null;
        var labels = job.Configuration["labels"];
        return new JsonObject
        {
            ["jobId"] = job.Id,
            ["kind"] = job.IsLoad ? "LOAD" : (string?)end?.Statistics["query"]?["statementType"] ?? "FAILED",
            ["label"] = (string?)labels?["statement"] ?? (string?)labels?["table"],
            ["bytesBilled"] = Bytes(end, "totalBytesBilled"),
            ["bytesProcessed"] = Bytes(end, "totalBytesProcessed"),
        };
    }

    private static long Bytes(JobEnd? end, string name) =>
        long.Parse((string?)end?.Statistics["query"]?[name] ?? "0", CultureInfo.InvariantCulture);
}

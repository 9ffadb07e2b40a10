using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Quotas;

namespace EventPipeline.GoogleStandIn.Control;

/// <summary>
/// How near everything has come to Google's limits since the start: what was used, or the most there was at once or in
/// a time, and the limit.
/// </summary>
internal sealed class QuotaReport(
    JobStore jobs, JobQuotas queries, TableQuotas tables, RequestQuotas requests, CurrentLimits limits)
{
    public JsonObject Show()
    {
        var (most, all, today) = (limits.Values, jobs.All.ToList(), jobs.Now() / (24 * 60 * 60 * 1000));
        var loads = all.Where(job => job.IsLoad && job.Day == today).ToList();
        return new JsonObject
        {
            ["bytesBilled"] = all.Sum(Billed),
            ["concurrentRequests"] = Of(requests.Calls.PeakRunning, most.ConcurrentRequests),
            ["projects"] = new JsonObject(loads.GroupBy(job => job.Project).Select(project => Pair(
                project.Key, ("loadJobsToday", project.Count(), most.LoadJobsPerProjectAndDay)))),
            ["locations"] = new JsonObject(queries.Queries.Select(one => Pair(
                $"{one.Project}:{one.Location}",
                ("concurrentQueries", one.Lane.PeakRunning, most.ConcurrentQueries),
                ("queuedQueries", one.Lane.PeakWaiting, most.QueuedQueries)))),
            ["requestsPerSecond"] = new JsonObject(requests.All.OrderBy(one => one.Method).Select(
                one => KeyValuePair.Create<string, JsonNode?>(one.Method, Of(one.Peak, one.Limit)))),
            ["tables"] = new JsonObject(tables.All.OrderBy(use => use.Table.ToString()).Select(
                use => Table(use, loads))),
        };
    }

    private KeyValuePair<string, JsonNode?> Table(TableUse use, List<Job> loads)
    {
        var most = limits.Values;
        return Pair(
            use.Table.ToString(),
            ("loadJobsToday", loads.Count(job => job.LoadsInto == use.Table), most.LoadJobsPerTableAndDay),
            (
                "partitionModificationsOfTheLast24Hours",
                use.PartitionModifications.Count,
                most.PartitionModificationsPerTableAndDay),
            ("insertsOfTheLast24Hours", use.Inserts.Count, most.ImmediateInsertsPerTableAndDay),
            ("dmlPer10Seconds", use.Dml.Peak, most.DmlPerTableAnd10Seconds),
            ("updatesPer10Seconds", use.Updates.Peak, tables.UpdatesLimit(use)),
            ("concurrentMutations", use.Mutations.PeakRunning, most.ConcurrentMutationsPerTable),
            ("queuedMutations", use.Mutations.PeakWaiting, most.QueuedMutationsPerTable),
            ("laterConcurrentInserts", use.LaterInserts.PeakRunning, most.ConcurrentInsertsPerTable),
            ("laterQueuedInserts", use.LaterInserts.PeakWaiting, most.QueuedInsertsPerTable));
    }

    private static KeyValuePair<string, JsonNode?> Pair(
        string name, params IEnumerable<(string What, int Used, int Limit)> uses) => new(
        name,
        new JsonObject(
            uses.Select(use => KeyValuePair.Create<string, JsonNode?>(use.What, Of(use.Used, use.Limit)))));

    private static JsonObject Of(int used, int limit) => new() { ["used"] = used, ["limit"] = limit };

    private static long Billed(Job job) => job.Ended.IsCompletedSuccessfully
        ? long.Parse(
            (string?)job.Ended.Result.Statistics["query"]?["totalBytesBilled"] ?? "0", CultureInfo.InvariantCulture)
        : 0;
}

using System.Text.Json.Nodes;

namespace EventPipeline.GoogleStandIn.Http;

/// <summary>What was asked, in the order in which it ended. It does not survive a restart.</summary>
internal sealed class RequestLog
{
    private readonly List<JsonObject> entries = [];
    private long last;

    /// <summary>Notes a request; status 0 is a connection that was cut.</summary>
    public void Add(Call call, int status)
    {
        lock (entries)
        {
            entries.Add(new JsonObject
            {
                ["seq"] = ++last,
                ["operation"] = call.Operation,
                ["method"] = call.Http.Request.Method,
                ["url"] = call.Address,
                ["status"] = status,
                ["jobId"] = call.JobId,
            });
        }
    }

    public JsonArray List()
    {
        lock (entries)
        {
            return [.. entries.Select(entry => entry.DeepClone())];
        }
    }

    public void Clear()
    {
        lock (entries)
        {
            entries.Clear();
        }
    }
}

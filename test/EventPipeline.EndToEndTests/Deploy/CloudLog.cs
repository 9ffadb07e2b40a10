using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// Cloud Logging: what was written to it, and what a revision has logged, found by the one filter that it understands.
/// </summary>
internal sealed partial class CloudLog
{
    private readonly List<JsonObject> written = [];

    /// <summary>What a revision logs, when it is asked for.</summary>
    public List<RevisionEntry> Entries { get; } = [];

    /// <summary>What was told, as severity and payload.</summary>
    public IReadOnlyList<(string Severity, JsonNode Payload)> Told =>
        [.. written.Select(entry => ((string)entry["severity"]!, entry["jsonPayload"]!))];

    public (int Status, JsonObject Body) Write(JsonObject request)
    {
        foreach (var entry in ((JsonArray)request["entries"]!).Select(entry => (JsonObject)entry!))
        {
            ((string)entry["logName"]!).ShouldBe($"projects/{CloudRunAdmin.Project}/logs/eventpipeline-deploy");
            written.Add(CloudRunService.Copy(entry));
        }

        return (200, []);
    }

    public (int Status, JsonObject Body) List(JsonObject request)
    {
        var filter = Filter().Match((string)request["filter"]!);
        if (!filter.Success)
        {
            throw new InvalidOperationException($"Not understood: {request["filter"]}");
        }

        var since = DateTimeOffset.Parse(filter.Groups[2].Value, CultureInfo.InvariantCulture);
        since.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(-5));
        var excluded = filter.Groups[3].Value.Split(" OR ").Select(name => name.Trim('"'));
        var found = Entries.Where(entry => filter.Groups[1].Value.EndsWith(entry.Revision, StringComparison.Ordinal)
            && entry.Log != "run.googleapis.com/requests" && !excluded.Contains(entry.Event) && entry.Age is null);
        return (200, new JsonObject
        {
            ["entries"] = new JsonArray([.. found.Select(entry => new JsonObject
            {
                ["insertId"] = "1",
                ["severity"] = "ERROR",
                ["jsonPayload"] = new JsonObject { ["event"] = entry.Event, ["message"] = entry.Message },
            })]),
        });
    }

    [GeneratedRegex("""^resource\.type="cloud_run_revision" AND resource\.labels\.service_name="eventpipeline" AND resource\.labels\.revision_name="([a-z0-9-]+)" AND severity>=ERROR AND timestamp>="([0-9TZ:-]+)" AND NOT log_id\("run\.googleapis\.com/requests"\) AND NOT jsonPayload\.event=\((.+)\)$""")]
    private static partial Regex Filter();
}

/// <summary>An error that a revision has logged.</summary>
/// <param name="Revision">How its revision's name ends; empty for whichever is asked for.</param>
/// <param name="Event">The event's name, if it has one.</param>
/// <param name="Message">The sentence.</param>
/// <param name="Log">The log's id.</param>
/// <param name="Age">How old it is; null when it was just written.</param>
internal sealed record RevisionEntry(
    string Revision, string? Event, string Message, string Log = "run.googleapis.com/stdout", TimeSpan? Age = null);

using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>A job and its executions, as Cloud Run's admin API shows them.</summary>
/// <param name="name">Its name.</param>
internal sealed class CloudRunJob(string name)
{
    private JsonObject resource = new()
    {
        ["apiVersion"] = "run.googleapis.com/v1",
        ["kind"] = "Job",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = CloudRunAdmin.ProjectNumber,
            ["generation"] = 1,
            ["resourceVersion"] = "j1",
        },
        ["spec"] = new JsonObject
        {
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject { ["run.googleapis.com/execution-environment"] = "gen2" },
                },
                ["spec"] = new JsonObject
                {
                    ["taskCount"] = 1,
                    ["template"] = new JsonObject
                    {
                        ["spec"] = new JsonObject
                        {
                            ["maxRetries"] = 0,
                            ["timeoutSeconds"] = "600",
                            ["containers"] = new JsonArray(new JsonObject
                            {
                                ["image"] = "docker.io/library/python:3.14.0-slim",
                                ["command"] = new JsonArray("python3"),
                            }),
                        },
                    },
                },
            },
        },
        ["status"] = Ready(1),
    };

    /// <summary>Whether it is there.</summary>
    public bool Exists { get; set; } = true;

    /// <summary>Why its executions fail; null when they do not.</summary>
    public string? WhyItFails { get; set; }

    /// <summary>Image, command and arguments of every execution.</summary>
    public List<string> Executions { get; } = [];

    private JsonNode Container => resource["spec"]!["template"]!["spec"]!["template"]!["spec"]!["containers"]![0]!;

    /// <summary>Its image.</summary>
    public string Image => (string)Container["image"]!;

    public (int Status, JsonObject Body) Get() =>
        Exists
            ? (200, CloudRunService.Copy(resource))
            : (404, CloudRunService.Error(404, "NOT_FOUND", $"Resource '{name}' of kind 'JOB' does not exist."));

    public (int Status, JsonObject Body) Replace(JsonObject wanted)
    {
        ((string?)wanted["metadata"]!["resourceVersion"]).ShouldBe("j1");
        resource = CloudRunService.Copy(wanted);
        resource["metadata"]!["generation"] = 2;
        resource["status"] = Ready(2);
        return (200, CloudRunService.Copy(resource));
    }

    public (int Status, JsonObject Body) Run()
    {
        Executions.Add(
            string.Join(
                ' ',
                (
                    (IEnumerable<JsonNode?>)[Container["image"], .. Container["command"] as JsonArray ?? [],
                        .. Container["args"] as JsonArray ?? []])
                    .Select(part => (string)part!)));
        return GetExecution($"{name}-x7k2p");
    }

    public (int Status, JsonObject Body) GetExecution(string execution) => (200, new JsonObject
    {
        ["apiVersion"] = "run.googleapis.com/v1",
        ["kind"] = "Execution",
        ["metadata"] = new JsonObject
        {
            ["name"] = execution,
            ["namespace"] = CloudRunAdmin.ProjectNumber,
            ["generation"] = 1,
            ["labels"] = new JsonObject { ["run.googleapis.com/job"] = name },
        },
        ["spec"] = resource["spec"]!["template"]!["spec"]!.DeepClone(),
        ["status"] = new JsonObject
        {
            ["observedGeneration"] = 1,
            ["conditions"] = new JsonArray(
                CloudRunService.Condition("Completed", WhyItFails is null ? "True" : "False", WhyItFails),
                CloudRunService.Condition("Started", "True", null)),
        },
    });

    private static JsonObject Ready(int generation) =>
        new()
        {
            ["observedGeneration"] = generation,
            ["conditions"] = new JsonArray(CloudRunService.Condition("Ready", "True", null)),
        };
}

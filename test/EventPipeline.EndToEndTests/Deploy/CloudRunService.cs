using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// One service of Cloud Run, as its admin API shows it (Knative's v1): optimistic locking by <c>resourceVersion</c>, a
/// revision for each changed template, traffic and tags resolved into the status, and every state of the traffic that
/// there ever was.
/// </summary>
internal sealed class CloudRunService
{
    public const string Name = "eventpipeline";
    public const string Audience = "eventpipeline";
    public const string PushIdentity = "eventpipeline-push@my-project.iam.gserviceaccount.com";
    public const string OperatorIdentity = "eventpipeline-operator@my-project.iam.gserviceaccount.com";
    private const string Domain = "eventpipeline-h4sh-uc.a.run.example";

    private readonly JsonObject resource;
    private readonly Dictionary<string, JsonObject> revisions = [];
    private readonly List<string> history = [];
    private int version = 1;

    /// <summary>A service as deployments left it: a revision of its own image for each that is named.</summary>
    /// <param name="split">Who serves, such as <c>one=70,other=30</c>.</param>
    /// <param name="tags">Tags, such as <c>previous=one</c>.</param>
    public CloudRunService(string split, params string[] tags)
        : this(Template(image: "registry.example/eventpipeline:old"), Targets(split, tags))
    {
        foreach (var target in Traffic.Select(target => (string)target["revisionName"]!).Distinct())
        {
            revisions[target] = RevisionOf(target, Template($"registry.example/eventpipeline:{target}"));
        }

        Newest = revisions.Keys.Max(StringComparer.Ordinal)!;
        Reconcile(whyNotReady: null);
    }

    private CloudRunService(JsonObject template, JsonArray traffic) => resource = new JsonObject
    {
        ["apiVersion"] = "serving.knative.dev/v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject
        {
            ["name"] = Name,
            ["namespace"] = CloudRunAdmin.ProjectNumber,
            ["generation"] = 1,
            ["resourceVersion"] = "v1",
            ["annotations"] = new JsonObject { ["run.googleapis.com/ingress"] = "all" },
            ["labels"] = new JsonObject { ["cloud.googleapis.com/location"] = CloudRunAdmin.Region },
        },
        ["spec"] = new JsonObject { ["template"] = template, ["traffic"] = traffic },
    };

    /// <summary>What Terraform leaves behind: a placeholder that serves as the latest revision.</summary>
    public static CloudRunService Placeholder()
    {
        var template = Template("docker.io/library/python:3.14.0-slim");
        template["spec"]!["containers"]![0]!["command"] = new JsonArray("python3");
        template["spec"]!["containers"]![0]!["args"] = new JsonArray("-c", "answer 200 to GET and 503 to POST");
        var service = new CloudRunService(template, [new JsonObject { ["latestRevision"] = true, ["percent"] = 100 }]);
        service.revisions[FirstRevision] = RevisionOf(FirstRevision, template);
        service.Newest = FirstRevision;
        service.Reconcile(whyNotReady: null);
        return service;
    }

    public const string FirstRevision = "eventpipeline-00001-abc";

    /// <summary>Whether it is there.</summary>
    public bool Exists { get; set; } = true;

    /// <summary>Why no new revision becomes ready; null when all do.</summary>
    public string? WhyNotReady { get; set; }

    /// <summary>The revision that was made last.</summary>
    public string Newest { get; private set; } = "";

    /// <summary>Each state of the traffic, such as <c>one=70,other=30</c>.</summary>
    public IReadOnlyList<string> History => history;

    /// <summary>Where traffic is.</summary>
    public string Split => history[^1];

    /// <summary>The tags, such as <c>previous=one</c>.</summary>
    public IReadOnlyList<string> Tags =>
        [
            .. Traffic.Where(target => target["tag"] is not null)
            .Select(target => $"{target["tag"]}={target["revisionName"]}")
            .Order(),
        ];

    /// <summary>The containers' part of the newest template.</summary>
    public JsonNode Container => resource["spec"]!["template"]!["spec"]!["containers"]![0]!;

    /// <summary>
    /// Whether the template fixes the revision's name, so that the next change of a setting by Terraform would be
    /// refused.
    /// </summary>
    public bool NamesItsRevision => resource["spec"]!["template"]!["metadata"]?["name"] is not null;

    private IEnumerable<JsonNode> Traffic => ((JsonArray)resource["spec"]!["traffic"]!).Select(target => target!);

    /// <summary>The revision that a host name leads to; null when it is not one of this service's.</summary>
    public string? FindRevision(string host)
    {
        var targets = ((JsonArray)resource["status"]!["traffic"]!).Select(target => target!).ToList();
        return host == Domain ? (string)targets.MaxBy(target => (int?)target["percent"] ?? 0)!["revisionName"]!
            : host.EndsWith($"---{Domain}", StringComparison.Ordinal)
                ? (string?)targets.SingleOrDefault(target => $"{target["tag"]}---{Domain}" == host)?["revisionName"]
                    ?? throw new InvalidOperationException($"No tag leads to {host}.")
            : null;
    }

    public (int Status, JsonObject Body) Get(string name) =>
        Exists && name == Name
            ? (200, Copy(resource))
            : (404, Error(404, "NOT_FOUND", $"Resource '{name}' of kind 'SERVICE' does not exist."));

    public (int Status, JsonObject Body) GetRevision(string name) =>
        revisions.TryGetValue(name, out var revision)
            ? (200, Copy(revision))
            : (404, Error(404, "NOT_FOUND", $"Resource '{name}' of kind 'REVISION' does not exist."));

    /// <summary>The answer of an operation that has ended, which all have.</summary>
    public (int Status, JsonObject Body) Wait(string operation) =>
        (200, new JsonObject { ["name"] = operation, ["done"] = true, ["response"] = Copy(resource) });

    public (int Status, JsonObject Body) Replace(string name, JsonObject wanted)
    {
        var current = (string)resource["metadata"]!["resourceVersion"]!;
        if (name != Name || (string?)wanted["metadata"]!["resourceVersion"] != current)
        {
            return (
                409,
                Error(
                    409,
                    "ABORTED",
                    $"Conflict for resource '{name}': version '{wanted["metadata"]!["resourceVersion"]}' was "
                        + $"specified but current version is '{current}'."));
        }

        var template = (JsonObject)wanted["spec"]!["template"]!;
        var isNew = !JsonNode.DeepEquals(
            WithoutEmpty(template), WithoutEmpty((JsonObject)resource["spec"]!["template"]!));
        var revision = (string?)template["metadata"]?["name"]
            ?? (isNew ? FormattableString.Invariant($"{Name}-{version + 1:D5}-new") : Newest);
        var targets = ((JsonArray)wanted["spec"]!["traffic"]!).Select(target => target!).ToList();
        if (isNew && revisions.ContainsKey(revision))
        {
            return (
                409,
                Error(
                    409,
                    "ALREADY_EXISTS",
                    $"Revision named '{revision}' with different configuration already exists."));
        }

        if (targets.Sum(target => (int?)target["percent"] ?? 0) != 100
            || targets.Any(
                target =>
                    (string?)target["revisionName"] is { } named && named != revision && !revisions.ContainsKey(named)))
        {
            return (
                400,
                Error(400, "INVALID_ARGUMENT", "spec.traffic: must add up to 100 percent of revisions that exist."));
        }

        resource["spec"] = Copy((JsonObject)wanted["spec"]!);
        version++;
        resource["metadata"]!["generation"] = version;
        resource["metadata"]!["resourceVersion"] = FormattableString.Invariant($"v{version}");
        resource["metadata"]!["annotations"] = Copy((JsonObject)wanted["metadata"]!["annotations"]!);
        resource["metadata"]!["annotations"]!["run.googleapis.com/operation-id"] = FormattableString.Invariant(
            $"operation-{version}");
        if (isNew)
        {
            Newest = revision;
            revisions[revision] = RevisionOf(revision, template);
        }

        // What is answered is not ready yet: whoever asked waits for the operation.
        var answer = Copy(resource);
        answer["status"]!["conditions"] = new JsonArray(Condition("Ready", "Unknown", null));
        Reconcile(isNew ? WhyNotReady : null, isNew);
        return (200, answer);
    }

    /// <summary>Somebody else moves the traffic.</summary>
    public void Move(string split, params string[] tags)
    {
        var wanted = Copy(resource);
        wanted["spec"]!["traffic"] = Targets(split, tags);
        Replace(Name, wanted).Status.ShouldBe(200);
    }

    public static JsonObject Error(int code, string status, string message) =>
        new() { ["error"] = new JsonObject { ["code"] = code, ["status"] = status, ["message"] = message } };

    public static JsonObject Condition(string type, string status, string? message) =>
        message is null
            ? new() { ["type"] = type, ["status"] = status }
            : new() { ["type"] = type, ["status"] = status, ["message"] = message };

    public static JsonObject Copy(JsonObject node) => (JsonObject)node.DeepClone();

    private void Reconcile(string? whyNotReady, bool isNew = false)
    {
        var status = resource["status"] as JsonObject ?? [];
        var ready = whyNotReady is null ? "True" : "False";
        status["observedGeneration"] = version;
        status["url"] = $"http://{Domain}";
        status["address"] = new JsonObject { ["url"] = $"http://{Domain}" };
        status["latestCreatedRevisionName"] = Newest;
        status["conditions"] = new JsonArray(
            Condition("Ready", ready, whyNotReady),
            Condition("ConfigurationsReady", ready, whyNotReady),
            Condition("RoutesReady", ready, whyNotReady));
        if (whyNotReady is null)
        {
            // Cloud Run was seen to say it late where no traffic moves: gcloud does not go by it either.
            if (!isNew)
            {
                status["latestReadyRevisionName"] = Newest;
            }

            status["traffic"] = new JsonArray([.. Traffic.Select(Resolve)]);
        }

        resource["status"] = status;
        history.Add(string.Join(',', ((JsonArray)status["traffic"]!)
            .Where(target => target!["percent"] is not null)
            .Select(target => $"{target!["revisionName"]}={target["percent"]}")
            .Order()));
    }

    private JsonObject Resolve(JsonNode target)
    {
        var resolved = Copy((JsonObject)target);
        resolved["revisionName"] = (string?)target["revisionName"] ?? Newest;
        if (target["tag"] is { } tag)
        {
            resolved["url"] = $"http://{tag}---{Domain}";
        }

        return resolved;
    }

    private static JsonArray Targets(string split, string[] tags) =>
    [
        .. split.Split(',').Select(part => part.Split('=')).Select(part => new JsonObject
        {
            ["revisionName"] = part[0],
            ["percent"] = int.Parse(part[1], CultureInfo.InvariantCulture),
        }),
        .. tags.Select(tag => tag.Split('=')).Select(tag => new JsonObject
        {
            ["revisionName"] = tag[1],
            ["tag"] = tag[0],
        }),
    ];

    private static JsonObject RevisionOf(string name, JsonObject template) => new()
    {
        ["apiVersion"] = "serving.knative.dev/v1",
        ["kind"] = "Revision",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = CloudRunAdmin.ProjectNumber },
        ["spec"] = template["spec"]!.DeepClone(),
        ["status"] = new JsonObject
        {
            ["imageDigest"] =
                $"registry.example/eventpipeline@sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}",
        },
    };

    private static JsonObject Template(string image) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject { ["autoscaling.knative.dev/maxScale"] = "10" },
        },
        ["spec"] = new JsonObject
        {
            ["serviceAccountName"] = "eventpipeline-run@my-project.iam.gserviceaccount.com",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["image"] = image,
                ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080 }),
                ["env"] = new JsonArray(
                    Variable("Authentication__Push__Audience", Audience),
                    Variable("Authentication__Push__Email", PushIdentity),
                    Variable("Authentication__Operators__Audience", Audience),
                    Variable("Authentication__Operators__Principals__0", "somebody@example.com"),
                    Variable("Authentication__Operators__Principals__1", OperatorIdentity)),
            }),
        },
    };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject WithoutEmpty(JsonObject node)
    {
        var copy = new JsonObject();
        foreach (var (name, value) in node)
        {
            JsonNode? kept = value is JsonObject inner ? WithoutEmpty(inner) : value?.DeepClone();
            if (kept is not (null or JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                copy[name] = kept;
            }
        }

        return copy;
    }
}

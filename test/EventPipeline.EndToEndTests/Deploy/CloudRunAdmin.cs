using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// Google Cloud as a deployment meets it, behind a proxy's address: the admin API of Cloud Run for one service and its
/// schema job, Cloud Logging, IAM's ID tokens, and Cloud Run's front end, which hands a request on to the revision that
/// a tag or the traffic points to. What nobody arranged is an error of the test.
/// </summary>
internal sealed class CloudRunAdmin : IAsyncDisposable
{
    public const string Project = "my-project";
    public const string ProjectNumber = "123456789";
    public const string Region = "us-central1";
    public const string AccessToken = "ya29.the-deployers-access-token";

    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly List<Interference> interferences = [];
    private readonly ConcurrentQueue<string> story = new();
    private readonly ConcurrentQueue<string> mistakes = new();
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> instances = new();

    private CloudRunAdmin(CloudRunService service)
    {
        Service = service;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    /// <summary>Where it listens, as a proxy does.</summary>
    public Uri Address => new(app.Urls.First());

    public CloudRunService Service { get; }

    /// <summary>The job that applies the schema.</summary>
    public CloudRunJob Job { get; } = new("eventpipeline-schema");

    /// <summary>The job that deletes what no version needs, once a month.</summary>
    public CloudRunJob Compact { get; } = new("eventpipeline-compact");

    public CloudLog Log { get; } = new();

    /// <summary>What a service account's ID token is, for an audience.</summary>
    public Func<string, string, Task<string>> IdToken { get; set; } = (email, audience) =>
        Task.FromResult(TokenOf(email, audience));

    /// <summary>What runs of a revision that is yet to be made.</summary>
    public Func<HttpContext, Task> Next { get; set; } = _ =>
        throw new InvalidOperationException("No new revision was arranged.");

    /// <summary>What was asked for, in order.</summary>
    public IReadOnlyList<string> Story => [.. story];

    /// <summary>What nobody arranged.</summary>
    public IReadOnlyList<string> Mistakes => [.. mistakes];

    public static async Task<CloudRunAdmin> StartAsync(CloudRunService service)
    {
        var cloud = new CloudRunAdmin(service);
        await cloud.app.StartAsync(TestContext.Current.CancellationToken);
        return cloud;
    }

    public static string TokenOf(string email, string audience) => $"id-token.{email}.{audience}";

    /// <summary>What runs of a revision that is there.</summary>
    public void Runs(string revision, Func<HttpContext, Task> instance) => instances[revision] = instance;

    /// <summary>Somebody does something at the nth of these requests, before or after it has its effect.</summary>
    /// <param name="call">The method's name, such as <c>services.replace</c>.</param>
    /// <param name="nth">The first is 1; 0 is every one.</param>
    /// <param name="isAfter">Whether it has had its effect.</param>
    /// <param name="act">Answers a status instead, or null to go on.</param>
    public void At(string call, int nth, bool isAfter, Func<HttpContext, Task<int?>> act) =>
        interferences.Add(new Interference(call, nth, isAfter, act));

    /// <summary>The nth of these requests is answered with an error.</summary>
    public void Fail(string call, int nth, int status) =>
        At(call, nth, isAfter: false, _ => Task.FromResult<int?>(status));

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await (
                Service.FindRevision(context.Request.Host.Host) is { } revision
                    ? VisitAsync(revision, context)
                    : AdministerAsync(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (Exception mistake)
        {
            mistakes.Enqueue(
                $"{context.Request.Method} {context.Request.Host}{context.Request.Path}: {mistake.Message}");
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        }
    }

    private Task VisitAsync(string revision, HttpContext context)
    {
        story.Enqueue($"{revision} {context.Request.Method} {context.Request.Path}");
        return instances[revision](context);
    }

    private async Task AdministerAsync(HttpContext context)
    {
        var request = context.Request;
        var body = request.ContentLength > 0
            ? (JsonObject)(await JsonNode.ParseAsync(request.Body, cancellationToken: context.RequestAborted))!
            : [];
        var call = NameOf(request);
        story.Enqueue(call);
        if (request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            await WriteAsync(
                context,
                401,
                CloudRunService.Error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
            return;
        }

        var count = story.Count(other => other == call);
        var status = await InterfereAsync(call, count, isAfter: false, context);
        (int Status, JsonObject Body) answer;
        if (status is null && call == "generateIdToken")
        {
            var email = request.Path.Value!.Split('/')[^1].Split(':')[0];
            answer = (200, new JsonObject { ["token"] = await IdToken(email, (string)body["audience"]!) });
        }
        else
        {
            lock (gate)
            {
                answer = status is { } refused
                    ? (refused, CloudRunService.Error(refused, "ABORTED", "It was arranged so."))
                    : Do(call, request, body);
            }
        }

        status = await InterfereAsync(call, count, isAfter: true, context);
        await WriteAsync(context, status ?? answer.Status, answer.Body);
    }

    private (int Status, JsonObject Body) Do(string call, HttpRequest request, JsonObject body)
    {
        var name = request.Path.Value!.Split('/')[^1];
        switch (call)
        {
            case "services.get":
                return Service.Get(name);
            case "services.replace":
                var before = Service.Newest;
                var replaced = Service.Replace(name, body);
                if (Service.Newest != before)
                {
                    instances[Service.Newest] = Next;
                }

                return replaced;
            case "operations.wait":
                return Service.Wait(name.Split(':')[0]);
            case "revisions.get":
                return Service.GetRevision(name);
            case "jobs.get":
                return JobOf(name).Get();
            case "jobs.replace":
                return JobOf(name).Replace(body);
            case "jobs.run":
                return JobOf(name.Split(':')[0]).Run();
            case "executions.get":
                return JobOf(name[..name.LastIndexOf('-')]).GetExecution(name);
            case "entries.write":
                return Log.Write(body);
            case "entries.list":
                return Log.List(body);
            default:
                throw new InvalidOperationException($"Nobody arranged {call}.");
        }
    }

    private CloudRunJob JobOf(string name) => name switch
    {
        "eventpipeline-schema" => Job,
        "eventpipeline-compact" => Compact,
        _ => throw new InvalidOperationException($"Nobody arranged the job {name}."),
    };

    private static string NameOf(HttpRequest request)
    {
        const string run = $"{Region}-run.example";
        string[] path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (request.Host.Host, request.Method, path) switch
        {
            (run, "GET", ["apis", "serving.knative.dev", "v1", "namespaces", Project, "services", _]) => "services.get",
            (run, "PUT", ["apis", "serving.knative.dev", "v1", "namespaces", Project, "services", _]) =>
                "services.replace",
            (run, "GET", ["apis", "serving.knative.dev", "v1", "namespaces", Project, "revisions", _]) =>
                "revisions.get",
            (run, "GET", ["apis", "run.googleapis.com", "v1", "namespaces", Project, "jobs", _]) => "jobs.get",
            (run, "PUT", ["apis", "run.googleapis.com", "v1", "namespaces", Project, "jobs", _]) => "jobs.replace",
            (run, "POST", ["apis", "run.googleapis.com", "v1", "namespaces", Project, "jobs", var job]) when job
                .EndsWith(":run", StringComparison.Ordinal) => "jobs.run",
            (run, "GET", ["apis", "run.googleapis.com", "v1", "namespaces", ProjectNumber, "executions", _]) =>
                "executions.get",
            (run, "POST", ["v1", "projects", Project, "locations", Region, "operations", var operation])
                when operation.EndsWith(":wait", StringComparison.Ordinal) => "operations.wait",
            ("logging.example", "POST", ["v2", "entries:write"]) => "entries.write",
            ("logging.example", "POST", ["v2", "entries:list"]) => "entries.list",
            ("iamcredentials.example", "POST", ["v1", "projects", "-", "serviceAccounts", var account])
                when account.EndsWith(":generateIdToken", StringComparison.Ordinal) => "generateIdToken",
            var unknown =>
                throw new InvalidOperationException($"Nobody arranged {unknown.Method} {unknown.Host}{request.Path}."),
        };
    }

    private async Task<int?> InterfereAsync(string call, int count, bool isAfter, HttpContext context)
    {
        foreach (var one in
            interferences.Where(
                one => one.Call == call && one.IsAfter == isAfter && (one.Nth == 0 || one.Nth == count)))
        {
            if (await one.Act(context) is { } status)
            {
                return status;
            }
        }

        return null;
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private sealed record Interference(string Call, int Nth, bool IsAfter, Func<HttpContext, Task<int?>> Act);
}

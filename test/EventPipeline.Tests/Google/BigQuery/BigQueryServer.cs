using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using EventPipeline.Google.BigQuery;
using EventPipeline.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Google.BigQuery;

/// <summary>A request as it arrived: <c>POST /bigquery/v2/…?…</c>.</summary>
internal sealed record BigQueryRequest(string Line, byte[] Body, string? ContentRange, string? Authorization)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>What the test wants of one request instead of the usual.</summary>
/// <param name="Status">An answer in place of the effect; null where the request has its effect.</param>
/// <param name="Body">The answer's body.</param>
/// <param name="LosesAnswer">Whether the connection is cut instead of the answer.</param>
internal sealed record Fate(int? Status, string Body = "", bool LosesAnswer = false)
{
    public static Fate LostBefore { get; } = new(0, LosesAnswer: true);

    public static Fate LostAfter { get; } = new(null, LosesAnswer: true);

    public static Fate Refused(int status, string reason, string message) => new(status, $$$"""
        {"error":{"code":{{{status}}},"message":"{{{message}}}","errors":[{"message":"{{{message}}}","domain":"global","reason":"{{{reason}}}"}],"status":"X"}}
        """);
}

/// <summary>
/// A server in BigQuery's place: it knows jobs, whose ids are unique for ever, and sessions of uploads, and answers
/// queries with what the test has arranged. What it does not know, or has no location, is a mistake.
/// </summary>
internal sealed class BigQueryServer : IAsyncDisposable
{
    public const string Project = "my-project";
    public const string Dataset = "ai_usage";
    public const string Location = "europe-west3";

    private const string Api = $"/bigquery/v2/projects/{Project}";

    private readonly WebApplication _app;
    private readonly Lock _state = new();
    private readonly Dictionary<string, MemoryStream> _sessions = [];
    private readonly Dictionary<string, JsonElement> _wanted = [];
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private ServiceProvider? _services;

    private BigQueryServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<BigQueryRequest> Requests { get; } = new();

    public ConcurrentQueue<string> Mistakes { get; } = new();

    /// <summary>Jobs in the order in which they were made, by id, with their configuration.</summary>
    public OrderedDictionary<string, JsonElement> Jobs { get; } = [];

    /// <summary>
    /// What each job's status is, one after the other; the last stays. Without any a job is done at once.
    /// </summary>
    public Func<string, IReadOnlyList<string>> StatusOf { get; set; } = _ => [Done];

    /// <summary>Answers to queries and to the questions after their results, in order.</summary>
    public ConcurrentQueue<string> Answers { get; } = new();

    /// <summary>What happens to a request; null for the usual.</summary>
    public Func<BigQueryRequest, Fate?> FateOf { get; set; } = _ => null;

    /// <summary>How many of the offered bytes are taken.</summary>
    public Func<int, int> Takes { get; set; } = offered => offered;

    /// <summary>Where a session is said to be, for its path.</summary>
    public Func<string, string> SessionAddress { get; set; } = path => path;

    public IEnumerable<string> Lines => Requests.Select(request => request.Line);

    public static string Done => """{"state":"DONE"}""";

    /// <summary>Every byte of the finished upload.</summary>
    public byte[] Uploaded { get; private set; } = [];

    public static string Failed(string reason, string message, string location = "") => $$$"""
        {"state":"DONE","errorResult":{"reason":"{{{reason}}}","message":"{{{message}}}","location":"{{{location}}}"},
         "errors":[{"reason":"{{{reason}}}","message":"{{{message}}}","location":"{{{location}}}"}]}
        """;

    public static async Task<BigQueryServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new BigQueryServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>A service provider with BigQuery and these settings.</summary>
    public static ServiceProvider Services(TimeProvider clock, params (string, string?)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)))
            .Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(clock)
            .AddBigQuery(configuration)
            .BuildServiceProvider();
    }

    /// <summary>What is registered for this server; waits pass quickly.</summary>
    public T Get<T>(TimeProvider? clock = null)
        where T : notnull
    {
        _services ??= Services(
            clock ?? new Service.HurriedTime(),
            ("BIGQUERY_EMULATOR_HOST", Address),
            ("GOOGLE_CLOUD_PROJECT", Project),
            ("BigQuery:Location", Location),
            ("BigQuery:MaximumBytesBilled", "1000000"));
        return _services.GetRequiredService<T>();
    }

    public IWarehouse Warehouse(TimeProvider? clock = null) => Get<IWarehouse>(clock);

    public async ValueTask DisposeAsync()
    {
        if (_services is { } services)
        {
            await services.DisposeAsync();
        }

        await _app.DisposeAsync();
        Mistakes.ShouldBeEmpty();
        Answers.ShouldBeEmpty();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new BigQueryRequest(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            body.ToArray(),
            context.Request.Headers.ContentRange,
            context.Request.Headers.Authorization);
        Requests.Enqueue(request);
        var fate = FateOf(request) ?? new Fate(null);
        var (status, text, headers) = fate.Status is { } instead ? (instead, fate.Body, []) : Take(request);
        if (fate.LosesAnswer)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        if (text.Length > 0)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(text, context.RequestAborted);
        }
    }

    private (int Status, string Body, (string Name, string Value)[] Headers) Take(BigQueryRequest request)
    {
        lock (_state)
        {
            var line = request.Line;
            return line == $"POST {Api}/jobs" ? Insert(request.Json)
                : line == $"POST /upload{Api}/jobs?uploadType=resumable" ? Begin(request.Json)
                : line.StartsWith("PUT /upload/sessions/", StringComparison.Ordinal) ? Receive(line[4..], request)
                : line.StartsWith("DELETE /upload/sessions/", StringComparison.Ordinal) && _sessions.Remove(line[7..])
                    ? (499, "", [])
                : line.StartsWith($"GET {Api}/jobs/", StringComparison.Ordinal) ? Find(line)
                : line.StartsWith($"POST {Api}/queries", StringComparison.Ordinal) && In(request.Json) ? Answer(line)
                : line.StartsWith($"GET {Api}/queries/", StringComparison.Ordinal) && In(line)
                    ? Wait(line) ?? Answer(line)
                : Mistaken($"{line} was not arranged.");
        }
    }

    private (int, string, (string, string)[]) Insert(JsonElement job)
    {
        var id = job.GetProperty("jobReference").GetProperty("jobId").GetString()!;
        if (!In(job.GetProperty("jobReference")))
        {
            return Mistaken($"Job {id} has no location.");
        }

        if (!Jobs.TryAdd(id, job.GetProperty("configuration").Clone()))
        {
            var refused = Fate.Refused(409, "duplicate", $"Already Exists: Job {Project}:{Location}.{id}");
            return (409, refused.Body, []);
        }

        return (200, Resource(id), []);
    }

    private (int, string, (string, string)[]) Find(string line)
    {
        var id = line[$"GET {Api}/jobs/".Length..line.IndexOf('?', StringComparison.Ordinal)];
        return !In(line) ? Mistaken($"{line} has no location.")
            : Jobs.ContainsKey(id) ? (200, Resource(id), [])
            : (404, Fate.Refused(404, "notFound", $"Not found: Job {id}").Body, []);
    }

    /// <summary>What is said of a statement's job while it is waited for; null if the line is not of one.</summary>
    private (int, string, (string, string)[])? Wait(string line)
    {
        var id = line[$"GET {Api}/queries/".Length..line.IndexOf('?', StringComparison.Ordinal)];
        if (!Jobs.ContainsKey(id))
        {
            return null;
        }

        var status = JsonDocument.Parse(Resource(id)).RootElement.GetProperty("status");
        return status.TryGetProperty("errorResult", out var error)
            ? (400, Fate.Refused(400, error.GetProperty("reason").GetString()!, "It failed.").Body, [])
            : (
                200,
                $$"""{"jobComplete":{{(status.GetProperty("state").GetString() == "DONE" ? "true" : "false")}}}""",
                []);
    }

    private (int, string, (string, string)[]) Begin(JsonElement job)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/upload/sessions/{_sessions.Count + 1}");
        _sessions.Add(path, new MemoryStream());
        _wanted.Add(path, job.Clone());
        return (200, "", [("Location", SessionAddress(path))]);
    }

    private (int, string, (string, string)[]) Receive(string path, BigQueryRequest request)
    {
        if (!_sessions.TryGetValue(path, out var session))
        {
            return (404, "", []);
        }

        var id = _wanted[path].GetProperty("jobReference").GetProperty("jobId").GetString()!;
        var range = request.ContentRange!["bytes ".Length..].Split('/');
        if (range[0] != "*")
        {
            var (first, last) = (GetInt64(range[0].Split('-')[0]), GetInt64(range[0].Split('-')[1]));
            if (
                first != session.Length
                    || last - first + 1 != request.Body.Length
                    || (range[1] == "*" && request.Body.Length % (256 * 1024) != 0))
            {
                return Mistaken(
                    $"{request.ContentRange} with {request.Body.Length} bytes, where {session.Length} have arrived.");
            }

            session.Write(request.Body, 0, Takes(request.Body.Length));
        }

        if (range[1] != "*" && session.Length == GetInt64(range[1]) && !Jobs.ContainsKey(id))
        {
            Uploaded = session.ToArray();
            return Insert(_wanted[path]);
        }

        return Jobs.ContainsKey(id) ? (200, Resource(id), [])
            : session.Length == 0 ? (308, "", [])
            : (308, "", [("Range", string.Create(CultureInfo.InvariantCulture, $"bytes=0-{session.Length - 1}"))]);
    }

    private (int, string, (string, string)[]) Answer(string line) =>
        Answers.TryDequeue(out var answer) ? (200, answer, []) : Mistaken($"{line} has no answer.");

    private (int, string, (string, string)[]) Mistaken(string what)
    {
        Mistakes.Enqueue(what);
        return (501, Fate.Refused(501, "notImplemented", what).Body, []);
    }

    private string Resource(string id)
    {
        var statuses = StatusOf(id);
        var status = statuses[Math.Min(_asked.AddOrUpdate(id, 1, (_, before) => before + 1), statuses.Count) - 1];
        return $$$"""
            {"kind":"bigquery#job","jobReference":{"projectId":"{{{Project}}}","jobId":"{{{id}}}","location":"{{{Location}}}"},
             "configuration":{{{Jobs[id].GetRawText()}}},"status":{{{status}}}}
            """;
    }

    private static bool In(JsonElement body) =>
        body.TryGetProperty("location", out var location) && location.GetString() == Location;

    private static bool In(string line) => line.Contains($"location={Location}", StringComparison.Ordinal);

    private static long GetInt64(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

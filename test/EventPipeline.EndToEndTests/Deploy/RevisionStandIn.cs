using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// The service as a deployment sees it, well unless a test says otherwise. It takes the tokens of the two identities
/// and no others.
/// </summary>
internal sealed class RevisionStandIn
{
    private const string Day = "yyyy-MM-dd";
    private readonly ConcurrentDictionary<string, JsonElement> runs = new();
    private readonly ConcurrentDictionary<string, int> counts = new();

    /// <summary>The vendors' accounts.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = ["acme"];

    /// <summary>
    /// The answers of <c>/ready</c> and <c>/health</c>, by how often it was asked: the first time is 1.
    /// </summary>
    public Func<string, int, Task<int>> Probe { get; init; } = (_, _) => Task.FromResult(200);

    /// <summary>The answer of a push for an account.</summary>
    public Func<string, int> Push { get; init; } = _ => 204;

    /// <summary>How the window of an account ended, and why; null when nobody has heard of the run.</summary>
    public Func<string, (string State, string? Reason)?> Window { get; init; } = _ => ("unchanged", null);

    /// <summary>The events that came, by their run's id.</summary>
    public IReadOnlyDictionary<string, JsonElement> Pushed => runs;

    public async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var identity = context.Request.Method == "POST"
            ? CloudRunService.PushIdentity
            : CloudRunService.OperatorIdentity;
        if (
            context.Request.Headers.Authorization
                != $"Bearer {CloudRunAdmin.TokenOf(identity, CloudRunService.Audience)}")
        {
            await AnswerAsync(context, 401, new { title = "A valid token is needed." });
            return;
        }

        switch (context.Request.Method, path)
        {
            case ("GET", "/liveness"):
                await AnswerAsync(context, 200, new { state = "alive" });
                break;
            case ("GET", "/ready" or "/health"):
                var status = await Probe(path, counts.AddOrUpdate(path, 1, (_, count) => count + 1))
                    .WaitAsync(context.RequestAborted);
                await AnswerAsync(context, status, new
                {
                    state = status == 200 ? "ready" : "down",
                    reason = status == 200 ? null : "The warehouse is down.",
                });
                break;
            case ("GET", "/vendors"):
                await AnswerAsync(context, 200, new
                {
                    vendors = new object[]
                    {
                        new
                        {
                            vendor = "anthropic",
                            reports = new[] { "messages_usage", "cost" },
                            accounts = Accounts.Select(account => new
                            {
                                account,
                                reads = new[] { "messages_usage", "cost" },
                                reports = Array.Empty<string>(),
                            }),
                        },
                        new
                        {
                            vendor = "openai",
                            reports = new[] { "completions_usage" },
                            accounts = Array.Empty<object>(),
                        },
                    },
                });
                break;
            case ("POST", "/events/fetch-requested"):
                await TakeAsync(context);
                break;
            case ("GET", _) when path.StartsWith("/runs/", StringComparison.Ordinal):
                await ShowAsync(context, path["/runs/".Length..]);
                break;
            default:
                throw new InvalidOperationException($"Nobody arranged {context.Request.Method} {path}.");
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(
            context.Request.Body, cancellationToken: context.RequestAborted);
        var (run, account) = (body.GetProperty("runId").GetString()!, body.GetProperty("account").GetString()!);
        var day = TimeProvider.System.GetUtcNow()
            .AddDays(-3)
            .ToString(Day, System.Globalization.CultureInfo.InvariantCulture);
        (body.GetProperty("mode").GetString(), body.GetProperty("from").GetString(), body.GetProperty("to").GetString())
            .ShouldBe(("dry_run", day, day));
        context.Request.Headers["ce-type"].ToString().ShouldBe("eventpipeline.fetch.requested.v1");
        runs[run] = body;
        await AnswerAsync(context, Push(account), new { detail = $"The push for {account} was refused." });
    }

    private Task ShowAsync(HttpContext context, string run)
    {
        var window = runs.TryGetValue(run, out var body) ? Window(body.GetProperty("account").GetString()!) : null;
        return window is { } ended
            ? AnswerAsync(context, 200, new
            {
                runId = run,
                windows = new[] { new { state = ended.State, rows = 12, reason = ended.Reason } },
            })
            : AnswerAsync(context, 404, new { detail = $"No run has the id '{run}'." });
    }

    private static async Task AnswerAsync(HttpContext context, int status, object body)
    {
        context.Response.StatusCode = status;
        if (status != 200)
        {
            context.Response.Headers.RetryAfter = "0"; // A deployment that waits longer waits for nothing here.
        }

        if (status != 204)
        {
            await context.Response.WriteAsJsonAsync(body, context.RequestAborted);
        }
    }
}

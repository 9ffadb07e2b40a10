using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Ledger;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The service as a process of its own, and what a person does with it over HTTP.</summary>
internal abstract class ServiceProcess : IAsyncDisposable
{
    private readonly LocalProcess process;

    protected ServiceProcess(LocalProcess process, Uri address)
    {
        this.process = process;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(90),
        };
    }

    /// <summary>Asks the service.</summary>
    public HttpClient Http { get; }

    /// <summary>Everything it printed and logged so far.</summary>
    public string Said => process.Output + process.Error;

    /// <summary>The id of its process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>kill -9.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>SIGTERM.</summary>
    public Task<int> TerminateAsync() => process.TerminateAsync();

    /// <summary>POST /run-daily-job; answers the run's id.</summary>
    public async Task<string> AskAsync(object request)
    {
        using var answer = await Http.PostAsJsonAsync("run-daily-job", request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, text);
        return JsonElement.Parse(text).GetProperty("runId").GetString()!;
    }

    /// <summary>A run as it is now.</summary>
    public async Task<RunDocument> RunAsync(string runId) =>
        (
            await Http.GetFromJsonAsync<RunDocument>(
                $"runs/{runId}", ApiJson.Options, TestContext.Current.CancellationToken))!;

    /// <summary>A run when every window has ended; nobody may have heard of it yet.</summary>
    public Task<RunDocument> EndAsync(string runId) => UntilAsync(runId, "ends", run => run.Outcome is not null);

    /// <summary>A run when nothing of it goes on before the next run does.</summary>
    public Task<RunDocument> WaitingAsync(string runId) =>
        UntilAsync(runId, "waits", run => run.State == RunDocument.Waiting);

    private Task<RunDocument> UntilAsync(string runId, string what, Predicate<RunDocument> isSo) => Poll.ForAsync(
        $"the run {runId} {what}", async () =>
    {
        using var answer = await Http.GetAsync(
            new Uri($"runs/{runId}", UriKind.Relative), TestContext.Current.CancellationToken);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        var run = (
            await answer.Content.ReadFromJsonAsync<RunDocument>(
                ApiJson.Options, TestContext.Current.CancellationToken))!;
        return isSo(run) ? run : null;
    });

    /// <summary>Asks for a run and waits for its end.</summary>
    public async Task<RunDocument> RunToEndAsync(object request) => await EndAsync(await AskAsync(request));

    /// <summary>A GET's JSON.</summary>
    public async Task<JsonElement> GetAsync(string path) =>
        await Http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>The dead letters in a state, those seen last first.</summary>
    public async Task<IReadOnlyList<JsonElement>> DeadLettersAsync(string state = "open") =>
        [.. (await GetAsync($"dead-letters?state={state}&limit=1000")).EnumerateArray()];

    /// <summary>POST /dead-letters/{id}/replay.</summary>
    public async Task ReplayAsync(string id)
    {
        using var answer = await Http.PostAsync(
            new Uri($"dead-letters/{id}/replay", UriKind.Relative), null, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(
            HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await process.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>
/// Takes every message that is published. It pushes what asks for runs and windows once it is told where, four at a
/// time and until it is acknowledged, as Pub/Sub would; it notes the ends of runs, and keeps nothing else.
/// </summary>
internal sealed class Topics : IAsyncDisposable
{
    private const int Concurrency = 4;
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication _app;
    private readonly Channel<(string Path, IReadOnlyDictionary<string, string> Attributes, byte[] Data)> _waiting =
        Channel.CreateUnbounded<(string, IReadOnlyDictionary<string, string>, byte[])>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _runs = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _pushing = Task.CompletedTask;

    private Topics()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<Topics> StartAsync(CancellationToken cancellationToken)
    {
        var topics = new Topics();
        await topics._app.StartAsync(cancellationToken);
        return topics;
    }

    /// <summary>Begins to push to the service.</summary>
    public void PushTo(RunningService service) => _pushing = Task.WhenAll(
        Enumerable.Range(0, Concurrency).Select(_ => Task.Run(() => PushAsync(service, _stop.Token))));

    /// <summary>Waits until the end of a run is announced.</summary>
    public async Task RunEndedAsync(string runId, CancellationToken cancellationToken)
    {
        var ended = Run(runId).Task;
        if (await Task.WhenAny(ended, _pushing).WaitAsync(cancellationToken) != ended)
        {
            await _pushing; // What broke it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pushing.ContinueWith(_ => { }, TaskScheduler.Default);
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PushAsync(RunningService service, CancellationToken cancellationToken)
    {
        await foreach (var (path, attributes, data) in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            while (await service.PushAsync(path, attributes, data, cancellationToken) is var status && status != 204)
            {
                if (status < 500)
                {
                    throw new InvalidOperationException($"{path} was answered {status}.\n{service.Process.Said}");
                }

                await Task.Delay(Backoff, cancellationToken);
            }
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync<JsonElement>(
            context.Request.Body, cancellationToken: context.RequestAborted);
        var messages = request.GetProperty("messages");
        foreach (var message in messages.EnumerateArray())
        {
            Take(context.Request.Path.Value!, message);
        }

        await context.Response.WriteAsJsonAsync(
            new { messageIds = Enumerable.Repeat("1", messages.GetArrayLength()) }, context.RequestAborted);
    }

    private void Take(string topic, JsonElement message)
    {
        var data = message.TryGetProperty("data", out var text) ? text.GetBytesFromBase64() : [];
        if (topic.EndsWith("eventpipeline-completed:publish", StringComparison.Ordinal))
        {
            Run(JsonElement.Parse(data).GetProperty("runId").GetString()!).TrySetResult();
        }

        var path = topic.EndsWith("eventpipeline-trigger:publish", StringComparison.Ordinal) ? "events/run-requested"
            : topic.EndsWith("eventpipeline-fetch:publish", StringComparison.Ordinal) ? "events/fetch-requested"
            : null;
        if (path is not null)
        {
            _waiting.Writer.TryWrite((
                path, message.GetProperty("attributes").Deserialize<Dictionary<string, string>>()!, data));
        }
    }

    private TaskCompletionSource Run(string runId) => _runs.GetOrAdd(
        runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

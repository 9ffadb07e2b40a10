using System.Collections.Concurrent;
using EventPipeline.Google.PubSub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Google;

/// <summary>A publish request as it arrived.</summary>
internal sealed record PublishRequest(string Path, string? ContentType, byte[] Body);

/// <summary>
/// A server in Pub/Sub's place whose answers the test arranges, one per request; a request beyond them is a mistake.
/// </summary>
internal sealed class TopicServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(int Status, string Body)> answers;
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? hold;

    private TopicServer(WebApplication app, IEnumerable<(int, string)> answers) =>
        (this.app, this.answers) = (app, new(answers));

    public ConcurrentQueue<PublishRequest> Requests { get; } = new();

    /// <summary>Completes when the first request is there.</summary>
    public Task Held => held.Task;

    public string Address => app.Urls.Single();

    public static async Task<TopicServer> StartAsync(params (int Status, string Body)[] answers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new TopicServer(app, answers);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>An answer with this many message ids.</summary>
    public static (int Status, string Body) Ids(int count) =>
        (200, $$"""{"messageIds":[{{string.Join(',', Enumerable.Range(1, count).Select(n => $"\"{n}\""))}}]}""");

    /// <summary>A service provider with the publisher and these settings.</summary>
    public static ServiceProvider Services(params (string, string?)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)))
            .Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddPubSub().BuildServiceProvider();
    }

    /// <summary>Answers nothing until <see cref="Release"/>.</summary>
    public void Hold() => hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => hold!.SetResult();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Requests.Enqueue(new PublishRequest(
            $"{context.Request.Method} {context.Request.Path}", context.Request.ContentType, body.ToArray()));
        held.TrySetResult();
        await (hold?.Task ?? Task.CompletedTask).WaitAsync(context.RequestAborted);
        var (status, text) = answers.TryDequeue(out var answer) ? answer : (400, """{"error":{"message":"not arranged"}}""");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}

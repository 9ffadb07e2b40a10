using System.Text.Json;
using System.Threading.Channels;
using EventPipeline.Google.PubSub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventPipeline.EndToEndTests;

/// <summary>A push as it arrived.</summary>
internal sealed record ReceivedPush(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The message in a wrapped push.</summary>
    public JsonElement Message => JsonDocument.Parse(Body).RootElement.GetProperty("message");
}

/// <summary>A small service in the real one's place: the same paths, answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<ReceivedPush> pushes = Channel.CreateUnbounded<ReceivedPush>();
    private readonly Func<ReceivedPush, int> answer;

    private Receiver(WebApplication app, Func<ReceivedPush, int> answer) => (this.app, this.answer) = (app, answer);

    public PubSubPublisher Publisher => app.Services.GetRequiredService<PubSubPublisher>();

    public Uri Address => app.Services.GetRequiredService<Local.Shared.OwnAddress>().Get();

    /// <summary>Starts it with the publisher and the edges that are added here.</summary>
    public static async Task<Receiver> StartAsync(
        Func<ReceivedPush, int> answer,
        Action<IServiceCollection> addEdges,
        Action<WebApplication> mapEdges,
        params (string, string?)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)));
        builder.Services.AddRoutingCore().AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddPubSub();
        addEdges(builder.Services);
        var app = builder.Build();
        var receiver = new Receiver(app, answer);
        app.UseRouting();
        mapEdges(app);
        app.MapPost("/events/{kind}", receiver.ReceiveAsync);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return receiver;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next push to a path; waits for it, and forgets those to other paths.</summary>
    public async Task<ReceivedPush> NextAsync(string path)
    {
        ReceivedPush push;
        do
        {
            push = await pushes.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
        while (push.Path != path);
        return push;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var push = new ReceivedPush(context.Request.Path, headers, body.ToArray());
        pushes.Writer.TryWrite(push);
        context.Response.StatusCode = answer(push);
    }
}

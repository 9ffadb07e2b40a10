using System.Threading.Channels;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Broker;
using EventPipeline.Local.Shared;
using EventPipeline.Vendors.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Broker;

/// <summary>One request the broker pushed.</summary>
internal sealed record Push(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>The broker in a real server, pushing to a service that answers as the test says.</summary>
internal sealed class BrokerHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<Push> pushes = Channel.CreateUnbounded<Push>();
    private readonly Func<Push, CancellationToken, Task<int>> answer;

    private BrokerHost(WebApplication app, Func<Push, CancellationToken, Task<int>> answer) =>
        (this.app, this.answer) = (app, answer);

    public LocalBroker Broker => app.Services.GetRequiredService<LocalBroker>();

    public PubSubPublisher Publisher => app.Services.GetRequiredService<PubSubPublisher>();

    public Uri Address => app.Services.GetRequiredService<OwnAddress>().Get();

    /// <summary>Starts it on a folder that may hold an earlier one's messages.</summary>
    public static async Task<BrokerHost> StartAsync(
        string folder,
        Func<Push, CancellationToken, Task<int>> answer,
        TimeProvider? time = null,
        params (string, string)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create<string, string?>(s.Item1, s.Item2)));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddPubSub();
        builder.Services.AddSingleton(new KnownVendors([]));
        builder.Services.AddLocalBroker(folder);
        var app = builder.Build();
        var host = new BrokerHost(app, answer);
        app.UseRouting();
        app.MapLocalBroker();
        app.MapPost("/events/{kind}", host.ReceiveAsync);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return host;
    }

    public static Task<BrokerHost> StartAsync(
        string folder, int answer, TimeProvider? time = null, params (string, string)[] settings) =>
        StartAsync(folder, (_, _) => Task.FromResult(answer), time, settings);

    /// <summary>The next push that arrives; waits for it.</summary>
    public ValueTask<Push> NextPushAsync() => pushes.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Every push that arrived and was not looked at yet.</summary>
    public List<Push> Arrived()
    {
        var arrived = new List<Push>();
        while (pushes.Reader.TryRead(out var push))
        {
            arrived.Add(push);
        }

        return arrived;
    }

    /// <summary>Publishes messages, JSON as in a publish request.</summary>
    public async Task<HttpResponseMessage> PublishAsync(string topic, string messages)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var content = new StringContent($$"""{"messages":{{messages}}}""", System.Text.Encoding.UTF8, "application/json");
        return await http.PostAsync(
            $"v1/projects/local/topics/{topic}:publish", content, TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the way a service does that is asked to.</summary>
    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Ends without having been stopped, as if killed.</summary>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var push = new Push(context.Request.Path, headers, body.ToArray());
        pushes.Writer.TryWrite(push);
        context.Response.StatusCode = await answer(push, context.RequestAborted);
    }
}

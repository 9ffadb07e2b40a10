using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EventPipeline.DeadLetters;
using EventPipeline.Events;
using EventPipeline.Messages;
using EventPipeline.Trigger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Trigger;

/// <summary>
/// The door on Kestrel, with handlers that note what reaches them and a topic that notes what is published.
/// </summary>
public sealed class DoorFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _ended = new(0);
    private WebApplication _app = null!;

    internal static Catalogue Catalogue { get; } = new(
    [
        new("anthropic", ["messages_usage", "cost", "claude_code"], ["default", "research"]),
        new("openai", ["completions", "costs"], ["default"]),
    ]);

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    public HttpClient Http { get; } = new();

    public Uri Address { get; private set; } = null!;

    internal ConcurrentQueue<(RunRequested Message, ReceivedEvent Event, string? Trace)> Runs { get; } = [];

    internal ConcurrentQueue<(FetchRequested Message, ReceivedEvent Event)> Fetches { get; } = [];

    internal ConcurrentQueue<(Arrival Arrival, RejectedEventException? Unreadable)> DeadLetters { get; } = [];

    internal ConcurrentQueue<OutgoingMessage> Published { get; } = [];

    /// <summary>What the handlers do next; nothing unless a test arranges it.</summary>
    internal Func<Task> Behaviour { get; set; } = () => Task.CompletedTask;

    /// <summary>What the dead-letter topic does next.</summary>
    internal Func<Task> Topic { get; set; } = () => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.Services
            .AddSingleton<TimeProvider>(Clock)
            .AddScoped<DeadLetterPublisher>()
            .AddSingleton<PublishMessages>(async (topic, messages, _) =>
            {
                topic.ShouldBe(Messages.Topic.DeadLetter);
                await Topic();
                foreach (var message in messages)
                {
                    Published.Enqueue(message);
                }
            })
            .AddSingleton(new EventDispatcher(
                Catalogue,
                (message, received, _) =>
                {
                    Runs.Enqueue((message, received, System.Diagnostics.Activity.Current?.TraceId.ToString()));
                    return Behaviour();
                },
                (message, received, _) =>
                {
                    Fetches.Enqueue((message, received));
                    return Behaviour();
                },
                (arrival, _) =>
                {
                    DeadLetters.Enqueue((arrival, (arrival as Arrival.Unreadable)?.Why));
                    return Behaviour();
                }));
        _app = builder.Build();
        _app.Use(async (_, next) =>
        {
            _begun.Release();
            try
            {
                await next();
            }
            finally
            {
                _ended.Release();
            }
        });
        _app.MapEvents();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Address = new Uri(_app.Urls.Single());
        Http.BaseAddress = Address;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _begun.Dispose();
        _ended.Dispose();
    }

    /// <summary>Forgets what an earlier test left.</summary>
    internal void Clear()
    {
        Runs.Clear();
        Fetches.Clear();
        DeadLetters.Clear();
        Published.Clear();
        Drain(_begun);
        Drain(_ended);
        Behaviour = () => Task.CompletedTask;
        Topic = () => Task.CompletedTask;
    }

    private static void Drain(SemaphoreSlim semaphore)
    {
        while (semaphore.Wait(0))
        {
        }
    }

    /// <summary>Posts bytes with headers, exactly.</summary>
    internal async Task<HttpResponseMessage> PostAsync(
        string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
            }
        }

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    internal Task<HttpResponseMessage> PostAsync(
        string path, string body, params (string Name, string Value)[] headers) =>
        PostAsync(path, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>The one dead letter that was published.</summary>
    internal DeadLetter Rejection()
    {
        Runs.ShouldBeEmpty();
        Fetches.ShouldBeEmpty();
        return LetterOf(Published.ShouldHaveSingleItem());
    }

    internal static DeadLetter LetterOf(OutgoingMessage message)
    {
        message.Attributes["ce-type"].ShouldBe("eventpipeline.dead-lettered.v1");
        return JsonSerializer.Deserialize(message.Data.Span, DeadLetterJson.Default.DeadLetter)!;
    }

    /// <summary>
    /// Sends raw bytes on a connection of its own and returns what comes back once the door is done with them: nothing
    /// when the connection was cut, as it is when the sender stops in the middle.
    /// </summary>
    internal async Task<string> SendRawAsync(string request, bool stop = false)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Address.Port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), cancellationToken);
        if (stop)
        {
            await _begun.WaitAsync(cancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
            await _ended.WaitAsync(cancellationToken);
        }

        try
        {
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// Stands between the service and Pub/Sub's emulator: hands on what is published, remembers what was accepted, and can
/// keep a publish from taking effect, or its answer from arriving, for as long as a test wants.
/// </summary>
internal sealed class PublishGate : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient emulator;
    private readonly ConcurrentDictionary<string, string> accepted = new();
    private Hold? hold;
    private Random? shuffle;

    private PublishGate(Uri emulator)
    {
        this.emulator = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = emulator };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(HandOnAsync);
    }

    /// <summary>What the service takes for Pub/Sub.</summary>
    public Uri Address => new(app.Urls.First());

    /// <summary>Everything that Pub/Sub accepted: message id and the path it was published to.</summary>
    public IReadOnlyDictionary<string, string> Accepted => accepted;

    public static async Task<PublishGate> StartAsync(Uri emulator)
    {
        var gate = new PublishGate(emulator);
        await gate.app.StartAsync(TestContext.Current.CancellationToken);
        return gate;
    }

    /// <summary>
    /// Holds the next publish whose path or body has a text: before it reaches Pub/Sub, or its answer after it did.
    /// </summary>
    public Task HoldAsync(string contains, bool isBefore)
    {
        hold = new Hold(contains, isBefore);
        return hold.Reached.Task;
    }

    /// <summary>Lets everything through again.</summary>
    public void Release()
    {
        hold?.Released.TrySetResult();
        hold = null;
    }

    /// <summary>From now on the messages of a publish arrive in an order that follows from the seed.</summary>
    public void Shuffle(int seed) => shuffle = new Random(seed);

    public async ValueTask DisposeAsync()
    {
        Release();
        await app.DisposeAsync();
        emulator.Dispose();
    }

    private async Task HandOnAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var path = context.Request.Path + context.Request.QueryString;
        var held = hold is { } armed
            && (path + Decoded(body)).Contains(armed.Contains, StringComparison.Ordinal)
            && armed.TryTake()
            ? armed
            : null;
        if (held is { IsBefore: true })
        {
            await held.WaitAsync(context);
        }

        // The service may be killed in the meantime: what it sent is Pub/Sub's all the same.
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path);
        if (body.Length > 0)
        {
            request.Content = new StringContent(Shuffled(body))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        }

        using var answer = await emulator.SendAsync(request, CancellationToken.None);
        var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
        if (answer.IsSuccessStatusCode && path.EndsWith(":publish", StringComparison.Ordinal))
        {
            foreach (var id in JsonElement.Parse(text).GetProperty("messageIds").EnumerateArray())
            {
                accepted[id.GetString()!] = path;
            }
        }

        if (held is { IsBefore: false })
        {
            await held.WaitAsync(context);
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private string Shuffled(string body)
    {
        if (shuffle is null || JsonNode.Parse(body)?["messages"] is not JsonArray messages)
        {
            return body;
        }

        var order = messages.Select(message => message!.ToJsonString()).ToArray();
        shuffle.Shuffle(order);
        return $"{{\"messages\":[{string.Join(',', order)}]}}";
    }

    /// <summary>The data of the messages in clear, so that a test can name what it waits for.</summary>
    private static string Decoded(string body) =>
        body.Length == 0 || JsonNode.Parse(body)?["messages"] is not JsonArray messages
        ? body
        : body + string.Concat(messages.Select(message =>
            message?["data"] is { } data
                ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data.GetValue<string>()))
                : ""));

    private sealed class Hold(string contains, bool isBefore)
    {
        private int taken;

        public string Contains { get; } = contains;

        public bool IsBefore { get; } = isBefore;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryTake() => Interlocked.Exchange(ref taken, 1) == 0;

        /// <summary>
        /// Waits until the test lets go, or whoever asked is gone; the latter, before anything took effect, ends it.
        /// </summary>
        public async Task WaitAsync(HttpContext context)
        {
            Reached.TrySetResult();
            await Released.Task.WaitAsync(context.RequestAborted);
        }
    }
}

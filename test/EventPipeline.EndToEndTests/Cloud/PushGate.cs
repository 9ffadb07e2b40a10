using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// Stands between Pub/Sub's emulator, which signs nothing, and the service: puts the push identity's token on every
/// push, as Pub/Sub does, waits for an instance, as Cloud Run does, and remembers how each message was answered.
/// </summary>
internal sealed class PushGate : IAsyncDisposable
{
    private static readonly string[] NotHandedOn =
    [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Authorization",
        "Accept-Encoding",
        "Expect",
    ];

    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly Func<string> token;
    private readonly ConcurrentDictionary<string, int> answers = new();
    private volatile TaskCompletionSource<Uri[]> instances = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PushGate(Func<string> token)
    {
        this.token = token;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestHeaderCount = 200);
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(HandOnAsync);
    }

    /// <summary>Where subscriptions push to.</summary>
    public Uri Address => new(app.Urls.First());

    /// <summary>Message ids with the status that was answered last.</summary>
    public IReadOnlyDictionary<string, int> Answers => answers;

    /// <param name="token">Gives the push identity's token.</param>
    public static async Task<PushGate> StartAsync(Func<string> token)
    {
        var gate = new PushGate(token);
        await gate.app.StartAsync(TestContext.Current.CancellationToken);
        return gate;
    }

    /// <summary>Pushes go to these from now on: to every one of them, all at once.</summary>
    public void Open(params Uri[] addresses)
    {
        if (!instances.TrySetResult(addresses))
        {
            instances = new TaskCompletionSource<Uri[]>();
            instances.SetResult(addresses);
        }
    }

    /// <summary>Pushes wait from now on.</summary>
    public void Close() =>
        instances = new TaskCompletionSource<Uri[]>(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        instances.TrySetCanceled();
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task HandOnAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var addresses = await instances.Task.WaitAsync(context.RequestAborted);
        var statuses = await Task.WhenAll(
            addresses.Select(address => PushAsync(context.Request, body.ToArray(), address)));
        var status = statuses.Max();
        answers[MessageId(context.Request, body.ToArray())] = status;
        context.Response.StatusCode = status;
    }

    private async Task<int> PushAsync(HttpRequest push, byte[] body, Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, push.Path))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, values) in
            push.Headers.Where(header => !NotHandedOn.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
        try
        {
            using var answer = await http.SendAsync(request, CancellationToken.None);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return (int)HttpStatusCode.ServiceUnavailable; // The instance was killed.
        }
    }

    private static string MessageId(HttpRequest push, byte[] body) =>
        push.Headers.TryGetValue("x-goog-pubsub-message-id", out var id)
            ? id.ToString()
            : JsonElement.Parse(body).GetProperty("message").GetProperty("messageId").GetString()!;
}

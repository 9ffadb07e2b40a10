using System.Collections.Concurrent;
using System.Numerics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Google;

/// <summary>
/// Secret Manager and the metadata server on one address. It knows the versions that the test arranged, and answers 404
/// to all others, as Google does; a request without a token of its own is 401.
/// </summary>
internal sealed class SecretServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _tokens;

    private SecretServer(WebApplication app) => _app = app;

    /// <summary>The keys, by the names of their versions.</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new();

    /// <summary>What is answered instead of a key, whole.</summary>
    public (int Status, string Body)? Instead { get; set; }

    /// <summary>Completes before an answer is given.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Every version that was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Every token that came.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    /// <summary>The tokens that are refused.</summary>
    public ConcurrentBag<string> Expired { get; } = [];

    public Uri Address => new(_app.Urls.Single());

    public static async Task<SecretServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SecretServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public static string Answer(string version, byte[] data, long? checksum = null) =>
        $$$"""{"name":"{{{version}}}","payload":{"data":"{{{Convert.ToBase64String(data)}}}","dataCrc32c":"{{{checksum ?? Crc32C(data)}}}"}}""";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static long Crc32C(byte[] data) => (uint)~data.Aggregate(uint.MaxValue, BitOperations.Crc32C);

    private async Task AnswerAsync(HttpContext context)
    {
        var (status, body) = await AnswerToAsync(context.Request);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["Metadata-Flavor"] = "Google";
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private async Task<(int Status, string Body)> AnswerToAsync(HttpRequest request)
    {
        var path = request.Path.Value!;
        if (path == "/computeMetadata/v1/instance/service-accounts/default/token")
        {
            return request.Headers["Metadata-Flavor"] == "Google"
                ? (200, $$"""{"access_token":"token-{{Interlocked.Increment(ref _tokens)}}","expires_in":3599,"token_type":"Bearer"}""")
                : (403, "");
        }

        var token = request.Headers.Authorization.ToString();
        Tokens.Enqueue(token);
        if (!token.StartsWith("Bearer token-", StringComparison.Ordinal) || Expired.Contains(token))
        {
            return (401, """{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}""");
        }

        if (
            !path.StartsWith("/v1/", StringComparison.Ordinal)
                || !path.EndsWith(":access", StringComparison.Ordinal)
                || request.Method != "GET")
        {
            return (501, "");
        }

        var version = path["/v1/".Length..^":access".Length];
        Asked.Enqueue(version);
        await Before();
        return Instead
            ?? (Keys.TryGetValue(version, out var key)
                ? (200, Answer(version, Encoding.UTF8.GetBytes(key)))
                : (404, $$$"""{"error":{"code":404,"message":"Secret [{{{version}}}] not found or has no versions.","status":"NOT_FOUND"}}"""));
    }
}

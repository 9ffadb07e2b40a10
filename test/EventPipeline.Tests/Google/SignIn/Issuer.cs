using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>
/// Whoever signs tokens: Google and its proxy, with keys of their own, and the addresses where their public halves are.
/// </summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private Issuer(WebApplication app) => _app = app;

    /// <summary>Google's key, by its id; a test rotates it.</summary>
    public (string Id, RSA Key) Current { get; private set; } = ("key-1", RSA.Create(2048));

    public (string Id, ECDsa Key) Proxy { get; } = ("iap-1", ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Whether the public keys can be read.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often Google's public keys were asked for.</summary>
    public int Asked => _asked;

    public string GoogleKeys => $"{_app.Urls.Single()}/certs";

    public string ProxyKeys => $"{_app.Urls.Single()}/iap";

    public static async Task<Issuer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new Issuer(app);
        app.Run(issuer.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    public void Rotate(string id) => Current = (id, RSA.Create(2048));

    /// <summary>A token as Google writes it, with whatever a test wants different.</summary>
    public string Sign(JsonObject claims, Action<JsonObject>? header = null) =>
        Token(
            Header("RS256", Current.Id, header),
            claims,
            bytes => Current.Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>An assertion as the proxy writes it.</summary>
    public string SignAsProxy(JsonObject claims) =>
        Token(Header("ES256", Proxy.Id, null), claims, bytes => Proxy.Key.SignData(bytes, HashAlgorithmName.SHA256));

    public static JsonObject Header(string algorithm, string? kid, Action<JsonObject>? change)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (kid is not null)
        {
            header["kid"] = kid;
        }

        change?.Invoke(header);
        return header;
    }

    public static string Token(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Part(header.ToJsonString())}.{Part(claims.ToJsonString())}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Current.Key.Dispose();
        Proxy.Key.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/iap")
        {
            var point = Proxy.Key.ExportParameters(false).Q;
            return context.Response.WriteAsJsonAsync(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "EC",
                            crv = "P-256",
                            alg = "ES256",
                            use = "sig",
                            kid = Proxy.Id,
                            x = Text(point.X),
                            y = Text(point.Y),
                        },
                    },
                });
        }

        Interlocked.Increment(ref _asked);
        if (IsDown)
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        }

        var key = Current.Key.ExportParameters(false);
        return context.Response.WriteAsJsonAsync(
            new
            {
                keys = new[]
                {
                    new
                    {
                        kty = "RSA",
                        alg = "RS256",
                        use = "sig",
                        kid = Current.Id,
                        n = Text(key.Modulus),
                        e = Text(key.Exponent),
                    },
                },
            });

        static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes);
    }
}

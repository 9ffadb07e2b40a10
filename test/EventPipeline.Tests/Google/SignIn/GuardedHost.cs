using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.Google.SecretManager;
using EventPipeline.Google.SignIn;
using EventPipeline.Hosting;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>
/// The service as on Google Cloud, over HTTP, with a local issuer of tokens, an empty warehouse, and topics that take
/// everything.
/// </summary>
internal sealed class GuardedHost : IAsyncDisposable
{
    public const string PushAudience = "https://eventpipeline.test/push";
    public const string PushEmail = "pusher@acme.iam.gserviceaccount.com";
    public const string OperatorAudience = "https://eventpipeline.test/operators";
    public const string Operator = "Ada@acme.test";
    public const string IapAudience = "/projects/1/locations/us-central1/services/eventpipeline";

    private readonly WebApplication _app;

    private GuardedHost(WebApplication app, Issuer issuer, FakeTimeProvider clock, LogLines log)
    {
        (_app, Issuer, Clock, Log) = (app, issuer, clock, log);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public Issuer Issuer { get; }

    public FakeTimeProvider Clock { get; }

    public LogLines Log { get; }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    public IServiceProvider Services => _app.Services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<GuardedHost> StartAsync(params (string Name, string? Value)[] settings)
    {
        var issuer = await Issuer.StartAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));
        var log = new LogLines();
        var app = Build(
            issuer,
            builder =>
            {
                builder.Logging.AddProvider(log);
                builder.Services.AddGoogleSignIn().AddSecretManager();
                builder.Services.AddSingleton<TimeProvider>(clock);
            },
            settings);
        await app.StartAsync(Cancellation);
        return new GuardedHost(app, issuer, clock, log);
    }

    /// <summary>The composed service, not started.</summary>
    public static WebApplication Build(
        Issuer issuer, Action<WebApplicationBuilder> register, params (string Name, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Authentication:Push:Audience"] = PushAudience,
            ["Authentication:Push:Email"] = PushEmail,
            ["Authentication:Operators:Audience"] = OperatorAudience,
            ["Authentication:Operators:Principals:0"] = Operator,
            ["Authentication:Operators:Principals:1"] = "robot@acme.iam.gserviceaccount.com",
            ["Authentication:Iap:Audience"] = IapAudience,
            ["Authentication:CertificatesAddress"] = issuer.GoogleKeys,
            ["Authentication:Iap:CertificatesAddress"] = issuer.ProxyKeys,
        });
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.ConfigureServer();
        builder.AddEventPipeline();
        builder.Services.AddSingleton(new DataLabel(null));
        builder.Services.AddSingleton<IWarehouse, EmptyWarehouse>();
        builder.Services.AddScoped<PublishMessages>(_ => (_, _, _) => Task.CompletedTask);
        register(builder);
        var app = builder.Build();
        try
        {
            app.MapEventPipeline();
            StartupCheck.Run(app.Services, []);
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    /// <summary>The claims of the push identity's token, good for an hour.</summary>
    public JsonObject PushClaims(Action<JsonObject>? change = null) => Claims(PushAudience, PushEmail, change);

    public JsonObject OperatorClaims(Action<JsonObject>? change = null) => Claims(OperatorAudience, Operator, change);

    public JsonObject IapClaims(Action<JsonObject>? change = null)
    {
        var claims = Claims(IapAudience, Operator, claims => claims.Remove("email_verified"));
        claims["iss"] = "https://cloud.google.com/iap";
        change?.Invoke(claims);
        return claims;
    }

    public long Seconds(TimeSpan after) => (Clock.GetUtcNow() + after).ToUnixTimeSeconds();

    /// <summary>Pushes something unreadable, which becomes a dead letter: 204 where it was let in.</summary>
    public Task<HttpResponseMessage> PushAsync(string? token, string path = "events/run-requested") =>
        SendAsync(HttpMethod.Post, path, token is null ? [] : [("Authorization", $"Bearer {token}")]);

    public async Task<HttpStatusCode> PushedAsync(string? token, string path = "events/run-requested")
    {
        using var answer = await PushAsync(token, path);
        return answer.StatusCode;
    }

    public async Task<HttpStatusCode> GetAsync(string path, string? token, string header = "Authorization")
    {
        using var answer = await SendAsync(
            HttpMethod.Get,
            path,
            token is null ? [] : [(header, header == "Authorization" ? $"Bearer {token}" : token)]);
        return answer.StatusCode;
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent(
                "no event", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await Http.SendAsync(request, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(Cancellation);
        await _app.DisposeAsync();
        await Issuer.DisposeAsync();
    }

    private JsonObject Claims(string audience, string email, Action<JsonObject>? change)
    {
        var claims = new JsonObject
        {
            ["aud"] = audience,
            ["azp"] = "113774264463038321964",
            ["email"] = email,
            ["email_verified"] = true,
            ["exp"] = Seconds(TimeSpan.FromHours(1)),
            ["iat"] = Seconds(TimeSpan.Zero),
            ["iss"] = "https://accounts.google.com",
            ["sub"] = "113774264463038321964",
        };
        change?.Invoke(claims);
        return claims;
    }

    private sealed class EmptyWarehouse : IWarehouse
    {
        public Task<IUpload> StartUploadAsync(
            string dataset, string table, string loadId, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No upload is arranged.");

        public Task<IReadOnlyList<Row>> QueryAsync(
            string dataset, Statement statement, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Row>>([]);

        public Task<bool> ExecuteAsync(
            string dataset,
            string statementId,
            Statement statement,
            CancellationToken cancellationToken) => Task.FromResult(true);
    }
}

/// <summary>One guarded service for the tests of a class.</summary>
public sealed class GuardedFixture : IAsyncLifetime
{
    internal GuardedHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await GuardedHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

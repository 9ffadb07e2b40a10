using System.Net.Http.Headers;
using System.Text;
using EventPipeline.Hosting;
using EventPipeline.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Telemetry;

/// <summary>Traces and metrics leave the process by OTLP, to where and as whom the settings say.</summary>
[Collection(nameof(Alone))]
public sealed class OtlpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collector_gets_traces_and_metrics_when_the_service_stops_at_the_latest()
    {
        await using var collector = await Collector.StartAsync();
        await using (
            var app = Service(
                null,
                ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.AbsoluteUri),
                ("GOOGLE_CLOUD_PROJECT", "p-1"),
                ("K_SERVICE", "pipeline"),
                ("K_REVISION", "pipeline-00007")))
        {
            await AskAsync(app);
            await app.StopAsync(Cancellation);
        }

        collector.Received.ShouldAllBe(
            request => request.ContentType == "application/x-protobuf" && request.Authorization == null);
        var traces = Text(collector, "/v1/traces");
        var metrics = Text(collector, "/v1/metrics");
        traces.ShouldContain("GET /hello");
        metrics.ShouldContain("http.server.request.duration");
        foreach (var text in new[]
        {
            "pipeline-00007", "gcp.project_id", "p-1", "gcp_cloud_run", "service.instance.id", ServiceIdentity.Version,
        })
        {
            traces.ShouldContain(text);
            metrics.ShouldContain(text);
        }
    }

    [Fact]
    public async Task Googles_own_endpoint_gets_the_access_token()
    {
        await using var collector = await Collector.StartAsync();
        await using (var app = Service(
            services => services.AddHttpClient(OtlpExtensions.GoogleClient)
                .ConfigurePrimaryHttpMessageHandler(() => new Redirected(collector.Address))
                .ConfigureAdditionalHttpMessageHandlers((handlers, _) =>
                {
                    // In place of Google's, which asks for a token over the network, as asynchronously.
                    handlers.Clear();
                    handlers.Add(new TokenHandler());
                }),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://telemetry.googleapis.com")))
        {
            await AskAsync(app);
            await app.StopAsync(Cancellation);
        }

        collector.Received.Select(request => request.Path)
            .Distinct()
            .ShouldBe(["/v1/traces", "/v1/metrics"], ignoreOrder: true);
        collector.Received.ShouldAllBe(request => request.Authorization == "Bearer token-1");
    }

    [Theory]
    [InlineData("https://telemetry.googleapis.com", true)]
    [InlineData("https://telemetry.us-east1.rep.googleapis.com:443/", true)]
    [InlineData("http://telemetry.googleapis.com", false)]
    [InlineData("https://googleapis.com.example.com", false)]
    [InlineData("https://evilgoogleapis.com", false)]
    [InlineData("http://localhost:4318", false)]
    public void Only_Google_gets_the_token_and_only_encrypted(string endpoint, bool isGoogle) =>
        OtlpExtensions.IsGoogle(new Uri(endpoint)).ShouldBe(isGoogle);

    [Theory]
    [InlineData("localhost:4318")]
    [InlineData("collector")]
    [InlineData("ftp://localhost")]
    public void An_endpoint_that_is_no_address_is_named(string endpoint)
    {
        using var app = (IDisposable)Service(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));

        Should.Throw<OptionsValidationException>(
            ((WebApplication)app).Services.GetRequiredService<IStartupValidator>().Validate)
            .Message.ShouldContain($"OTEL_EXPORTER_OTLP_ENDPOINT is '{endpoint}'");
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_keeps_the_service_no_longer_than_it_may()
    {
        await using var collector = await Collector.StartAsync();
        collector.Before = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using (var app = Service(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.AbsoluteUri)))
        {
            await AskAsync(app);

            // The ten seconds of Cloud Run: not a measurement, but the promise itself.
            await app.StopAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
            await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        }
    }

    private static string Text(Collector collector, string path)
    {
        var bodies = collector.Received.Where(request => request.Path == path).ToList();
        bodies.ShouldNotBeEmpty(path);
        return string.Concat(bodies.Select(request => Encoding.UTF8.GetString(request.Body)));
    }

    private static async Task AskAsync(WebApplication app)
    {
        app.MapGet("/hello", () => "hello");
        await app.StartAsync(Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(app.Urls.Single()),
        };
        (await http.GetStringAsync(new Uri("hello", UriKind.Relative), Cancellation)).ShouldBe("hello");
    }

    private static WebApplication Service(
        Action<IServiceCollection>? configure, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.AddTelemetry();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }

    private sealed class TokenHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "token-1");
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Brings what is meant for Google to the collector.</summary>
    private sealed class Redirected(Uri collector) : HttpClientHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri.ShouldNotBeNull().Host.ShouldBe("telemetry.googleapis.com");
            request.RequestUri = new Uri(collector, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

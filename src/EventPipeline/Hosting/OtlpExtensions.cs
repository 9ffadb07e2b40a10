using EventPipeline.Google.Credentials;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace EventPipeline.Hosting;

/// <summary>
/// Sends traces and metrics by OTLP: to a collector beside the service, or straight to Google with an access token.
/// </summary>
internal static class OtlpExtensions
{
    /// <summary>The client for Google's endpoint, whose requests carry the access token.</summary>
    public const string GoogleClient = "otlp";

    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Adds the exporters if an endpoint is set. An endpoint that is not an address keeps the service from starting.
    /// </summary>
    public static void AddOtlp(this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        if (configuration[EndpointVariable] is not { Length: > 0 } text)
        {
            return;
        }

        var services = telemetry.Services;
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
                || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
        {
            services.AddOptionsWithValidateOnStart<OtlpExporterOptions>().Validate(
                _ =>
                    false,
                    $"{EndpointVariable} is '{text}'; give an address such as http://localhost:4318 or "
                        + "https://telemetry.googleapis.com.");
            return;
        }

        var options = services.AddOptions<OtlpExporterOptions>();
        if (IsGoogle(endpoint))
        {
            services.AddHttpClient(GoogleClient)
                .RemoveAllLoggers()
                .AddGoogleCredentials();
            options.Configure<IHttpMessageHandlerFactory>((otlp, handlers) =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.HttpClientFactory = () => new HttpClient(new ExporterHandler(handlers.CreateHandler(GoogleClient)))
                {
                    Timeout = TimeSpan.FromMilliseconds(otlp.TimeoutMilliseconds),
                };
            });
        }
        else if (configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] is not { Length: > 0 })
        {
            options.Configure(otlp => otlp.Protocol = OtlpExportProtocol.HttpProtobuf);
        }

        // The service's own requests get spans only if the spans are exported.
        telemetry.WithTracing(traces => traces.AddHttpClientInstrumentation().AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddOtlpExporter());
    }

    /// <summary>Whether the token may go there: only to Google, and only encrypted.</summary>
    internal static bool IsGoogle(Uri endpoint) => endpoint.Scheme == Uri.UriSchemeHttps
        && endpoint.Host.EndsWith(".googleapis.com", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The exporter sends from its own thread and blocks it, but a token is fetched asynchronously. This lets the
    /// thread wait for the token.
    /// </summary>
    private sealed class ExporterHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
#pragma warning disable RS0030 // It is the exporter's own thread that waits.
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            SendAsync(request, cancellationToken).GetAwaiter().GetResult();
#pragma warning restore RS0030
    }
}

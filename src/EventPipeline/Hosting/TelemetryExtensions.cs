using EventPipeline.Events;
using EventPipeline.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EventPipeline.Hosting;

/// <summary>
/// OpenTelemetry traces and metrics: always on <c>/metrics</c>, by OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// </summary>
internal static class TelemetryExtensions
{
    /// <summary>
    /// Registers traces and metrics. No span and no attribute stands for a row, so memory does not grow with a window.
    /// </summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddPipelineMetrics().AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, builder.Configuration))
            .WithTracing(traces => traces
                .AddSource(MessageTrace.SourceName)
                .AddAspNetCoreInstrumentation(
                    requests => requests.Filter = context => !HealthEndpoints.IsProbe(context.Request.Path)))
            .WithMetrics(metrics => metrics
                .AddMeter(PipelineMetrics.MeterName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()

                // Each of these counts by the vendor's address, and new addresses keep appearing.
                .AddView("http.client.open_connections", MetricStreamConfiguration.Drop)
                .AddView("http.client.connection.duration", MetricStreamConfiguration.Drop)
                .AddView("dns.lookup.duration", MetricStreamConfiguration.Drop)

                // A scrape gets current values, not those of a moment ago.
                .AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0));
        telemetry.AddOtlp(builder.Configuration);
        builder.Services.AddHostedService<TelemetryFlush>();
        return builder;
    }

    private static void Describe(ResourceBuilder resource, ConfigurationManager configuration)
    {
        var attributes = new Dictionary<string, object>();
        if (configuration["GOOGLE_CLOUD_PROJECT"] is { Length: > 0 } project)
        {
            // Google's own endpoint refuses telemetry that does not name its project.
            attributes["gcp.project_id"] = project;
        }

        if (configuration["K_SERVICE"] is { Length: > 0 } service)
        {
            (attributes["cloud.provider"], attributes["cloud.platform"], attributes["faas.name"]) = (
                "gcp", "gcp_cloud_run", service);
        }

        if (configuration["K_REVISION"] is { Length: > 0 } revision)
        {
            attributes["faas.version"] = revision;
        }

        resource.AddService(ServiceIdentity.Name(configuration), serviceVersion: ServiceIdentity.Version)
            .AddAttributes(attributes);

        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
        resource.AddEnvironmentVariableDetector();
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventPipeline.Telemetry;

internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>Registers the metrics; everything that measures calls this, so it may be called repeatedly.</summary>
    public static IServiceCollection AddPipelineMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineMetrics>();
        return services;
    }
}

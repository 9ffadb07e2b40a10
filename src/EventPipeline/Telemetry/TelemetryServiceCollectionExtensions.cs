using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventPipeline.Telemetry;

internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>Registers what is measured; whoever measures asks for it, so it may be called often.</summary>
    public static IServiceCollection AddPipelineMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineMetrics>();
        return services;
    }
}

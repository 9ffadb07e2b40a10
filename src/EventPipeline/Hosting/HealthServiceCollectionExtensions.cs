using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EventPipeline.Hosting;

internal static class HealthServiceCollectionExtensions
{
    /// <summary>How long a component may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Registers the checks that <see cref="HealthEndpoints"/> reports. If the state of the vendors is unknown, the
    /// service is degraded, not down.
    /// </summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<WarehouseCheck>(WarehouseCheck.Name, null, [], Patience)
            .AddCheck<PublisherCheck>(PublisherCheck.Name, null, [], Patience)
            .AddCheck<SecretsCheck>(SecretsCheck.Name, null, [], Patience)
            .AddCheck<VendorsCheck>(VendorsCheck.Name, HealthStatus.Degraded, [], Patience);
        return services;
    }
}

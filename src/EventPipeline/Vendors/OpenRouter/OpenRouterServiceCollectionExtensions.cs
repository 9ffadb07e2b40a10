using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenRouter;

internal static class OpenRouterServiceCollectionExtensions
{
    /// <summary>Registers OpenRouter.</summary>
    public static IServiceCollection AddOpenRouter(this IServiceCollection services) =>
        services.AddVendor<OpenRouterConnector>(OpenRouterConnector.Self, OpenRouterConnector.Protocol);
}

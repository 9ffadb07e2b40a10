using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Anthropic;

internal static class AnthropicServiceCollectionExtensions
{
    /// <summary>Registers Anthropic.</summary>
    public static IServiceCollection AddAnthropic(this IServiceCollection services) =>
        services.AddVendor<AnthropicConnector>(AnthropicConnector.Self, AnthropicConnector.Protocol);
}

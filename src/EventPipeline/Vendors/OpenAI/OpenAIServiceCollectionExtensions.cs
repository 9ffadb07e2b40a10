using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenAI;

internal static class OpenAIServiceCollectionExtensions
{
    /// <summary>Registers OpenAI.</summary>
    public static IServiceCollection AddOpenAI(this IServiceCollection services) =>
        services.AddVendor<OpenAIConnector>(OpenAIConnector.Self, OpenAIConnector.Protocol);
}

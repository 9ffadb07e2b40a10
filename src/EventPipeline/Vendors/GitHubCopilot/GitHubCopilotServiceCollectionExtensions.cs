using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.GitHubCopilot;

internal static class GitHubCopilotServiceCollectionExtensions
{
    /// <summary>Registers GitHub Copilot.</summary>
    public static IServiceCollection AddGitHubCopilot(this IServiceCollection services) =>
        services.AddVendor<GitHubCopilotConnector>(GitHubCopilotConnector.Self, GitHubCopilotConnector.Protocol);
}

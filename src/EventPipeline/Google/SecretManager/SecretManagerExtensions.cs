using EventPipeline.Google.Credentials;
using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.SecretManager;

internal static class SecretManagerExtensions
{
    /// <summary>Registers Secret Manager beside the environment as a place where vendors' keys are kept.</summary>
    public static IServiceCollection AddSecretManager(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SecretManagerOptions, SecretManagerOptionsValidator>()
            .BindSection(SecretManagerOptions.Section);
        services.AddSingleton<SecretManagerClient>();
        services.AddSingleton<ISecretStore, SecretManagerStore>();
        services.AddHttpClient(SecretManagerClient.Name, UseSecretManager)
            .AddGoogleCredentials()
            .AddQuickRetries("read");
        return services;
    }

    private static void UseSecretManager(IServiceProvider provider, HttpClient client)
    {
        client.Use(provider.GetRequiredService<IOptions<SecretManagerOptions>>().Value.BaseAddress!);
        client.MaxResponseContentBufferSize = 1024 * 1024; // a secret has at most 64 KiB
    }
}

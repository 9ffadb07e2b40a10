using EventPipeline.Hosting;
using EventPipeline.Vendors;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace EventPipeline.Google;

internal static class SecretManagerExtensions
{
    /// <summary>Registers Secret Manager beside the environment as a place where vendors' keys are kept.</summary>
    public static IServiceCollection AddSecretManager(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SecretManagerOptions, SecretManagerOptionsValidator>().BindSection(SecretManagerOptions.Section);
        services.AddSingleton<SecretManagerClient>();
        services.AddSingleton<ISecretStore, SecretManager>();
        services.AddHttpClient(SecretManagerClient.Name, UseSecretManager)
            .AddGoogleCredentials()
            .AddResilienceHandler("read", pipeline => pipeline
                .AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = 3,
                    Delay = TimeSpan.FromMilliseconds(200),
                    BackoffType = DelayBackoffType.Exponential,
                    // Quick or not at all: the event that needs the key comes again.
                    ShouldRetryAfterHeader = false,
                })
                .AddTimeout(TimeSpan.FromSeconds(30)));
        return services;
    }

    private static void UseSecretManager(IServiceProvider provider, HttpClient client)
    {
        var address = provider.GetRequiredService<IOptions<SecretManagerOptions>>().Value.BaseAddress!;
        client.BaseAddress = address.AbsoluteUri.EndsWith('/') ? address : new Uri($"{address.AbsoluteUri}/");
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = 1024 * 1024; // a secret has at most 64 KiB
    }
}

using EventPipeline.Google.Credentials;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.PubSub;

internal static class PubSubServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="PubSubPublisher"/>, as what publishes, and its settings, which the service refuses to start
    /// without.
    /// </summary>
    public static IServiceCollection AddPubSub(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<PubSubOptions, PubSubOptionsValidator>()
            .Configure<IConfiguration>(UseKnownNames)
            .BindSection(PubSubOptions.Section);
        services.AddSingleton<IValidateOptions<PubSubOptions>, PubSubOptionsRules>();

        services.AddHttpClient(nameof(PubSubPublisher), UsePubSub)
            .ConfigurePrimaryHttpMessageHandler(BypassProxyOnThisMachine)
            .AddQuickRetries("publish");
        services.AddSingleton(provider => new PubSubPublisher(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(PubSubPublisher)),
            provider.GetRequiredService<IOptions<PubSubOptions>>()));
        services.AddSingleton<PublishMessages>(provider => provider.GetRequiredService<PubSubPublisher>().PublishAsync);
        return services;
    }

    /// <summary>Points a client at Pub/Sub's REST API, whatever answers there.</summary>
    internal static void UsePubSub(IServiceProvider provider, HttpClient client) =>
        client.Use(provider.GetRequiredService<IOptions<PubSubOptions>>().Value.BaseAddress);

    /// <summary>.NET consults <c>HTTP_PROXY</c> even for the loopback address, where no proxy can help.</summary>
    internal static void BypassProxyOnThisMachine(HttpMessageHandler handler, IServiceProvider provider)
    {
        var address = provider.GetRequiredService<IOptions<PubSubOptions>>().Value.BaseAddress;
        if (handler is SocketsHttpHandler sockets && address.IsLoopback)
        {
            sockets.UseProxy = false;
        }
    }

    // These are the names operators know; the service's own settings are bound later and take precedence.
    private static void UseKnownNames(PubSubOptions options, IConfiguration configuration)
    {
        if (configuration["GOOGLE_CLOUD_PROJECT"] is { Length: > 0 } project)
        {
            options.ProjectId = project;
        }

        if (configuration["PUBSUB_EMULATOR_HOST"] is { Length: > 0 } emulator)
        {
            options.BaseAddress = EmulatorHost.Address(emulator);
        }
    }
}

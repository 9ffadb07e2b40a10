using EventPipeline.Google.Credentials;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.BigQuery;

internal static class BigQueryServiceCollectionExtensions
{
    /// <summary>
    /// Registers BigQuery as the warehouse, and its settings, which the service refuses to start without.
    /// </summary>
    public static IServiceCollection AddBigQuery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<BigQueryOptions, BigQueryOptionsValidator>()
            .Configure<IConfiguration>(UseKnownNames)
            .BindSection(BigQueryOptions.Section);
        services.AddSingleton<IValidateOptions<BigQueryOptions>, BigQueryOptionsRules>();

        var client = services.AddHttpClient(nameof(BigQueryClient), UseBigQuery)
            .ConfigurePrimaryHttpMessageHandler(Connection);

        // An emulator needs no credential, and there may be none.
        if (
            !EmulatorHost.IsUsed(
                configuration,
                "BIGQUERY_EMULATOR_HOST",
                $"{BigQueryOptions.Section}:{nameof(BigQueryOptions.BaseAddress)}"))
        {
            client.AddGoogleCredentials();
        }

        // Made once: building its retries costs more than the rest of reading a push.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BigQueryClient>(
            provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(BigQueryClient))));
        services.AddSingleton<BigQueryJobs>();
        services.AddSingleton<IWarehouse, BigQueryWarehouse>();
        return services;
    }

    private static void UseBigQuery(IServiceProvider provider, HttpClient client) =>
        client.Use(provider.GetRequiredService<IOptions<BigQueryOptions>>().Value.BaseAddress);

    private static SocketsHttpHandler Connection(IServiceProvider provider) => new()
    {
        // A redirect would carry the credential to another host; and 308 is an answer of the upload protocol.
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),

        // .NET consults HTTP_PROXY even for the loopback address, where no proxy can help.
        UseProxy = !provider.GetRequiredService<IOptions<BigQueryOptions>>().Value.BaseAddress.IsLoopback,
    };

    // These are the names operators know; the service's own settings are bound later and take precedence.
    private static void UseKnownNames(BigQueryOptions options, IConfiguration configuration)
    {
        if (configuration["GOOGLE_CLOUD_PROJECT"] is { Length: > 0 } project)
        {
            options.ProjectId = project;
        }

        if (configuration["BIGQUERY_EMULATOR_HOST"] is { Length: > 0 } emulator)
        {
            options.BaseAddress = EmulatorHost.Address(emulator);
        }
    }
}

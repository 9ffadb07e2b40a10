using EventPipeline.Telemetry;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Anthropic;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Cursor;
using EventPipeline.Vendors.GitHubCopilot;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.OpenAI;
using EventPipeline.Vendors.OpenRouter;
using EventPipeline.Vendors.Other;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors;

/// <summary>Who can be asked.</summary>
internal static class VendorServiceCollectionExtensions
{
    /// <summary>
    /// Every vendor that a release can ask, whatever is configured: the tables and views of a dataset are the same for
    /// all who share it.
    /// </summary>
    public static IReadOnlyList<Vendor> Known { get; } =
    [
        .. new ServiceCollection().AddKnown().Select(service => service.ImplementationInstance).OfType<Vendor>(),
    ];

    /// <summary>
    /// Registers every vendor: its <see cref="IVendorConnector"/> under its name, and the <see cref="Vendor"/> itself
    /// among the <see cref="KnownVendors"/>; with them <see cref="ConfiguredAccounts"/>, which throws
    /// <see cref="ConfigurationMistakesException"/> when it is first resolved.
    /// </summary>
    public static IServiceCollection AddVendors(this IServiceCollection services)
    {
        services.AddPipelineMetrics();
        services.AddSingleton<ISecretStore>(new EnvironmentSecrets(Environment.GetEnvironmentVariable));
        services.AddSingleton<Secrets>();
        services.AddSingleton<KeyKinds>();
        services.AddSingleton(provider => new KnownVendors(
            [
                .. provider.GetServices<Vendor>(),
                .. provider.GetRequiredService<OtherVendors>().All.Select(described => described.Vendor),
            ]));
        services.AddSingleton(provider => VendorSettings.Read(
            provider.GetRequiredService<OtherVendors>().Configuration,
            provider.GetRequiredService<KnownVendors>().All,
            provider.GetRequiredService<Secrets>(),
            provider.GetRequiredService<OtherVendors>().Mistakes));
        services.AddSingleton(provider => provider.GetRequiredService<VendorSettings>().Accounts);
        services.AddSingleton(provider => provider.GetRequiredService<VendorSettings>().Options);
        services.AddOptionsWithValidateOnStart<VendorOptions>()
            .Configure<IServiceProvider>((_, provider) => VendorSettings.Check(provider));
        services.AddSingleton<EmailKey>();
        services.AddTransient<EmailHandler>();
        services.AddHttpClient<VendorApi>().RedactLoggedHeaders(_ => true)
            .AddHttpMessageHandler<EmailHandler>()
            .AddVendorResilience();

        return services.AddKnown().AddOther();
    }

    private static IServiceCollection AddKnown(this IServiceCollection services) => services
        .AddAnthropic()
        .AddCursor()
        .AddGitHubCopilot()
        .AddOpenAI()
        .AddOpenRouter();
}

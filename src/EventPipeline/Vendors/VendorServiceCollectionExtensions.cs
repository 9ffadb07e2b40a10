using EventPipeline.Telemetry;
using EventPipeline.Vendors.Anthropic;
using EventPipeline.Vendors.OpenAI;

namespace EventPipeline.Vendors;

/// <summary>Who can be asked.</summary>
internal static class VendorServiceCollectionExtensions
{
    /// <summary>
    /// Registers every vendor: its <see cref="IVendorConnector"/> under its name, and the <see cref="Vendor"/> itself; with them
    /// <see cref="Accounts"/>, which throws <see cref="ConfigurationMistakesException"/> when it is first resolved.
    /// </summary>
    public static IServiceCollection AddVendors(this IServiceCollection services)
    {
        services.AddPipelineMetrics();
        services.AddSingleton<ISecretStore>(new EnvironmentSecrets(Environment.GetEnvironmentVariable));
        services.AddSingleton<Secrets>();
        services.AddSingleton<KeyKinds>();
        services.AddSingleton(provider => VendorSettings.Read(
            provider.GetRequiredService<IConfiguration>(), provider.GetServices<Vendor>(), provider.GetRequiredService<Secrets>()));
        services.AddSingleton(provider => provider.GetRequiredService<VendorSettings>().Accounts);
        services.AddSingleton(provider => provider.GetRequiredService<VendorSettings>().Options);
        services.AddHttpClient<VendorApi>().RedactLoggedHeaders(_ => true).AddVendorResilience();

        return services
            .AddAnthropic()
            .AddOpenAI();
    }

    /// <summary>Registers one vendor.</summary>
    public static IServiceCollection AddVendor<TConnector>(this IServiceCollection services, Vendor vendor, VendorProtocol protocol)
        where TConnector : class, IVendorConnector =>
        services
            .AddSingleton(vendor)
            .AddSingleton(protocol)
            .AddKeyedTransient<IVendorConnector, TConnector>(vendor.Name);

    /// <summary>A report that this vendor does not have.</summary>
    public static RejectedEventException NoSuchReport(this Vendor vendor, string report)
    {
        var names = vendor.Reports.Select(known => known.Name).ToList();
        return new RejectedEventException(
            $"{vendor.Name} has no report '{report}'.", $"Did you mean '{Nearest.To(report, names)}'? There are: {string.Join(", ", names)}.");
    }
}

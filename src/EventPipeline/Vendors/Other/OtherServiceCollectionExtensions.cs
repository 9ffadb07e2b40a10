using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;

namespace EventPipeline.Vendors.Other;

internal static class OtherServiceCollectionExtensions
{
    /// <summary>
    /// Adds the vendors that the settings describe. Their connector answers to every name that no other one has.
    /// </summary>
    public static IServiceCollection AddOther(this IServiceCollection services) => services
        .AddSingleton(provider => new OtherVendors(
            provider.GetRequiredService<IConfiguration>(),
            [.. provider.GetServices<Vendor>().SelectMany(vendor => new[] { vendor.Name, vendor.Section })]))
        .AddKeyedTransient<IVendorConnector>(KeyedService.AnyKey, (provider, name) => new OtherConnector(
            provider.GetRequiredService<OtherVendors>().All.Single(vendor => vendor.Vendor.Name == (string)name!),
            provider.GetRequiredService<VendorApi>()));
}

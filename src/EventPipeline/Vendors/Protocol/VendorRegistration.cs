using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Protocol;

/// <summary>How a vendor enters the service.</summary>
internal static class VendorRegistration
{
    /// <summary>Registers one vendor.</summary>
    public static IServiceCollection AddVendor<TConnector>(
        this IServiceCollection services, Vendor vendor, VendorProtocol protocol)
        where TConnector : class, IVendorConnector =>
        services
            .AddSingleton(vendor)
            .AddSingleton(protocol)
            .AddKeyedTransient<IVendorConnector, TConnector>(vendor.Name);
}

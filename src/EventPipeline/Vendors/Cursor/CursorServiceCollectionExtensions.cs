using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Cursor;

internal static class CursorServiceCollectionExtensions
{
    /// <summary>Registers Cursor.</summary>
    public static IServiceCollection AddCursor(this IServiceCollection services) =>
        services.AddVendor<CursorConnector>(CursorConnector.Self, CursorConnector.Protocol);
}

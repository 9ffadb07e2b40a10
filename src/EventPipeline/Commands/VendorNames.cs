using EventPipeline.Load;
using EventPipeline.Vendors;

namespace EventPipeline.Commands;

/// <summary>The vendors that a list may name.</summary>
internal static class VendorNames
{
    /// <summary>Those that this release knows, and those of which anything was loaded, in ordinal order.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        IWarehouse warehouse, string dataset, CancellationToken cancellationToken)
    {
        var loaded = await warehouse.QueryAsync(dataset, Statement.Create("known_vendors"), cancellationToken);
        return
        [
            .. VendorServiceCollectionExtensions.Known.Select(vendor => vendor.Name)
                .Union(loaded.Select(row => row.Text("vendor")))
                .Order(StringComparer.Ordinal),
        ];
    }
}

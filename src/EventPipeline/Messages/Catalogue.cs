namespace EventPipeline.Messages;

/// <summary>What a run can request: the vendors, each with its reports and its configured accounts.</summary>
public sealed record Catalogue(IReadOnlyList<CatalogueVendor> Vendors)
{
    /// <summary>Every vendor's name.</summary>
    public IEnumerable<string> Names => Vendors.Select(vendor => vendor.Name);
}

/// <summary>One vendor of the <see cref="Catalogue"/>.</summary>
/// <param name="Name">The vendor's name in messages.</param>
/// <param name="Reports">The names of its reports.</param>
/// <param name="Accounts">The configured names of its accounts.</param>
public sealed record CatalogueVendor(string Name, IReadOnlyList<string> Reports, IReadOnlyList<string> Accounts);

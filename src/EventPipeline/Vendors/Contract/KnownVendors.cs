namespace EventPipeline.Vendors.Contract;

/// <summary>Who can be asked here.</summary>
/// <param name="All">The vendors that this release knows, then those that the settings describe.</param>
internal sealed record KnownVendors(IReadOnlyList<Vendor> All);

namespace EventPipeline.Vendors.Contract;

/// <summary>
/// What an account's key is used to read, where one key may read several things: the vendor's requests name it.
/// </summary>
/// <param name="Kind">Which kind of thing it is, one of <see cref="Vendor.ScopeKinds"/>.</param>
/// <param name="Name">The vendor's short name for it, as in its addresses.</param>
public sealed record AccountScope(string Kind, string Name)
{
    /// <summary>As it is configured: <c>kind/name</c>.</summary>
    public override string ToString() => $"{Kind}/{Name}";
}

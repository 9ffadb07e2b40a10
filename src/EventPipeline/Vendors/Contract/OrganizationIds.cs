namespace EventPipeline.Vendors.Contract;

/// <summary>
/// What a vendor says about the organisation that a key belongs to. Two ids of different forms are never compared with
/// each other.
/// </summary>
/// <param name="Id">The id that a documented endpoint gives; null where there is none.</param>
/// <param name="HeaderId">
/// The id that the answers themselves carry, in a header or in their rows; null where they carry none.
/// </param>
/// <param name="Hint">
/// A name in them that may change at the vendor, such as a short name; null where there is none.
/// </param>
public sealed record OrganizationIds(string? Id, string? HeaderId, string? Hint = null)
{
    /// <summary>The vendor says nothing.</summary>
    public static OrganizationIds None { get; } = new(null, null);
}

namespace EventPipeline.Vendors.Contract;

/// <summary>One configured organisation at a vendor, and where the credential to read it is kept.</summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Name">The configured name.</param>
/// <param name="BaseAddress">
/// Where this vendor's API is, without a trailing version: <c>https://api.anthropic.com/</c>. Ends in a slash.
/// </param>
/// <param name="SecretReference">
/// Where the credential is kept, never the credential: <c>env:NAME</c>, or <c>projects/P/secrets/S/versions/V</c>.
/// </param>
/// <param name="OrganizationId">
/// Who it is, if a person configured it: its <c>account_id</c> in the tables, or the vendor's own id; null otherwise.
/// </param>
public sealed record Account(
    string Vendor, string Name, Uri BaseAddress, string SecretReference, string? OrganizationId = null)
{
    /// <summary>
    /// What it is read from, one of its vendor's <see cref="Contract.Vendor.Sources"/>; null where there is one way.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>What is read with its key, where the vendor's keys do not say; null where they do.</summary>
    public AccountScope? Scope { get; init; }

    /// <summary>
    /// The names of the reports that are read of it, which all belong to its source; empty for every report that its
    /// source has. What is read is said by <see cref="Contract.Vendor.ReportsOf"/>.
    /// </summary>
    public IReadOnlyList<string> Reports { get; init; } = [];

    /// <summary>Vendor and name.</summary>
    public override string ToString() => $"{Vendor}/{Name}";
}

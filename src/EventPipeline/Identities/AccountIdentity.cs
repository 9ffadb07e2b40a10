using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>Who a configured account is.</summary>
/// <param name="AccountId">Its id in every table; only a person can change it.</param>
/// <param name="Unrecorded">What it is known by that the dataset has not recorded yet; empty once it has.</param>
/// <param name="IsNewName">
/// Whether the account's configured name is among <paramref name="Unrecorded"/>: the first that records it decides.
/// </param>
/// <param name="AlsoUnder">
/// Other ids that slices of this name were committed under by an earlier version: their days may be counted twice until
/// a person merges them.
/// </param>
internal sealed record AccountIdentity(
    string AccountId, IReadOnlyList<AccountMark> Unrecorded, bool IsNewName, IReadOnlyList<string> AlsoUnder)
{
    /// <summary>
    /// Whether it has a different key than before, and only its name says that it is the same account.
    /// </summary>
    public bool IsByNameAlone { get; init; }
}

/// <summary>What an account is read under, and how that was found.</summary>
/// <param name="AccountId">Its id in every table.</param>
/// <param name="Key">A fingerprint of the key that it had.</param>
/// <param name="Told">What the vendor said.</param>
internal sealed record ResolvedAccount(string AccountId, string Key, OrganizationIds Told)
{
    /// <summary>Every id that slices of it are stored under: its own, and those that were merged into it.</summary>
    public required IReadOnlyList<string> StoredIds { get; init; }
}

namespace EventPipeline.Identities;

/// <summary>Who a configured account is.</summary>
/// <param name="AccountId">Its id in every table; it never changes without a person.</param>
/// <param name="Unrecorded">What it is known by and the dataset has not recorded; empty once it has.</param>
/// <param name="IsNewName">Whether the account's configured name is among <paramref name="Unrecorded"/>: the first that records it decides.</param>
/// <param name="AlsoUnder">
/// Other ids that slices of this name were committed under by an earlier version: their days may stand twice until a person merges them.
/// </param>
internal sealed record AccountIdentity(
    string AccountId, IReadOnlyList<AccountMark> Unrecorded, bool IsNewName, IReadOnlyList<string> AlsoUnder);

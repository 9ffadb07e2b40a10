namespace EventPipeline.Shared;

/// <summary>
/// One UTC day of one report of one account: what is versioned, deduplicated and shown. Its account is an id, never a
/// name, so that a slice stays the same when people rename the account.
/// </summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="AccountId">The account's id in the tables.</param>
/// <param name="Report">The report's name.</param>
/// <param name="Day">The UTC day.</param>
public sealed record Slice(string Vendor, string AccountId, string Report, DateOnly Day);

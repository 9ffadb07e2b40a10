namespace EventPipeline.Ledger;

/// <summary>What tells one slice from another, everywhere: the account by its id, never by its name.</summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="AccountId">The account's id in the tables.</param>
/// <param name="Report">The report's name.</param>
/// <param name="Day">The UTC day.</param>
internal sealed record SliceKey(string Vendor, string AccountId, string Report, DateOnly Day);

/// <summary>The newest committed read of a slice.</summary>
/// <param name="Began">When it began, UTC.</param>
/// <param name="Pinned">Whether a person put an earlier version back.</param>
internal sealed record SliceRead(DateTimeOffset Began, bool Pinned);

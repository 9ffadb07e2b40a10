namespace EventPipeline.Ledger;

/// <summary>The newest committed read of a slice.</summary>
/// <param name="Began">When it began, UTC.</param>
/// <param name="Pinned">Whether a person put an earlier version back.</param>
internal sealed record SliceRead(DateTimeOffset Began, bool Pinned);

namespace EventPipeline.Ledger;

/// <summary>The newest committed read of a slice.</summary>
/// <param name="Began">When it began, UTC.</param>
/// <param name="Pinned">Whether a person put an earlier version back.</param>
/// <param name="Rows">How many rows it has.</param>
internal sealed record SliceRead(DateTimeOffset Began, bool Pinned, long Rows = 0);

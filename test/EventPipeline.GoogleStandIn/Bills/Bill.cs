namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>What a statement reads, and what is billed for it.</summary>
/// <param name="Processed">Bytes of the columns and partitions that it reads.</param>
/// <param name="Billed">The same with the least that is billed for a table, in whole megabytes.</param>
internal sealed record Bill(long Processed, long Billed);

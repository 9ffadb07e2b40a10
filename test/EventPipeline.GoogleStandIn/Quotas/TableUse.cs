using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>
/// What statements and loads do to one table, by its name: a table that is dropped and made again has the same.
/// </summary>
internal sealed class TableUse(TableName table, TimeProvider time)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    public TableName Table => table;

    public bool IsPartitioned { get; set; }

    /// <summary>INSERT, UPDATE, DELETE and MERGE.</summary>
    public Rate Dml { get; } = new(time, Short);

    /// <summary>Loads, definitions and DML.</summary>
    public Rate Updates { get; } = new(time, Short);

    /// <summary>Partitions that loads write to, each load's apart.</summary>
    public Rate PartitionModifications { get; } = new(time, TimeSpan.FromHours(24));

    public Rate Inserts { get; } = new(time, TimeSpan.FromHours(24));

    /// <summary>The INSERT statements that no longer run immediately.</summary>
    public Lane LaterInserts { get; } = new();

    /// <summary>UPDATE, DELETE and MERGE.</summary>
    public Lane Mutations { get; } = new();
}

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>
/// What Google allows: https://docs.cloud.google.com/bigquery/quotas. Tests set lower ones, to reach them in seconds.
/// </summary>
internal sealed record Limits
{
    /// <summary>Load jobs into a table, failed ones included, per UTC day.</summary>
    public int LoadJobsPerTableAndDay { get; init; } = 1_500;

    /// <summary>Load jobs of a project, failed ones included, per UTC day.</summary>
    public int LoadJobsPerProjectAndDay { get; init; } = 100_000;

    /// <summary>Partitions that one load job may write to.</summary>
    public int PartitionsPerJob { get; init; } = 4_000;

    /// <summary>
    /// Partitions of a table that is partitioned by a column, written to in 24 hours, each load's apart.
    /// </summary>
    public int PartitionModificationsPerTableAndDay { get; init; } = 30_000;

    /// <summary>Loads into a table that has no partitions, and definitions of it, in 10 seconds.</summary>
    public int TableUpdatesPer10Seconds { get; init; } = 5;

    /// <summary>The same of a partitioned table.</summary>
    public int PartitionedTableUpdatesPer10Seconds { get; init; } = 50;

    /// <summary>INSERT, UPDATE, DELETE and MERGE statements on a table in 10 seconds.</summary>
    public int DmlPerTableAnd10Seconds { get; init; } = 25;

    /// <summary>INSERT statements into a table in 24 hours that do not wait for each other.</summary>
    public int ImmediateInsertsPerTableAndDay { get; init; } = 1_500;

    /// <summary>INSERT statements into a table that run at once after those.</summary>
    public int ConcurrentInsertsPerTable { get; init; } = 10;

    /// <summary>INSERT statements into a table that wait.</summary>
    public int QueuedInsertsPerTable { get; init; } = 100;

    /// <summary>UPDATE, DELETE and MERGE statements on a table that run at once.</summary>
    public int ConcurrentMutationsPerTable { get; init; } = 2;

    /// <summary>UPDATE, DELETE and MERGE statements on a table that wait.</summary>
    public int QueuedMutationsPerTable { get; init; } = 20;

    /// <summary>
    /// Statements of a project in a location that run at once. Google decides this by its own load and tells no number.
    /// </summary>
    public int ConcurrentQueries { get; init; } = 100;

    /// <summary>Statements of a project in a location that wait.</summary>
    public int QueuedQueries { get; init; } = 1_000;

    /// <summary>Requests of a user to a method in a second, where the next two do not say otherwise.</summary>
    public int RequestsPerMethodAndSecond { get; init; } = 100;

    /// <summary>jobs.get requests of a user in a second.</summary>
    public int JobsGetPerSecond { get; init; } = 1_000;

    /// <summary>tables.insert requests of a user in a second.</summary>
    public int TablesInsertPerSecond { get; init; } = 10;

    /// <summary>Requests of a user that are answered at once.</summary>
    public int ConcurrentRequests { get; init; } = 300;

    /// <summary>Bytes of a request, uploads excepted.</summary>
    public int RequestBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Characters of a statement.</summary>
    public int QueryCharacters { get; init; } = 1024 * 1024;

    /// <summary>Parameters of a statement.</summary>
    public int QueryParameters { get; init; } = 10_000;
}

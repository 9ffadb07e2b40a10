using System.Text.Json.Serialization;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// https://cloud.google.com/bigquery/docs/reference/rest/v2/tables, as far as it is used; names as in the API.
/// </summary>
internal sealed record Table(TableReference TableReference)
{
    /// <summary><c>TABLE</c> or <c>VIEW</c>, among others.</summary>
    public string? Type { get; init; }

    public string? Description { get; init; }

    public TableSchema? Schema { get; init; }

    public TimePartitioning? TimePartitioning { get; init; }

    public RangePartitioning? RangePartitioning { get; init; }

    /// <summary>Whether a query that says nothing about the partitions is refused; absent for no.</summary>
    public bool? RequirePartitionFilter { get; init; }

    public Clustering? Clustering { get; init; }

    public TableView? View { get; init; }
}

internal sealed record TableReference(string? ProjectId, string DatasetId, string TableId);

internal sealed record TableSchema(IReadOnlyList<TableFieldSchema>? Fields);

/// <summary>
/// A column. <c>Type</c> is the API's old name or the SQL one: <c>INTEGER</c> or <c>INT64</c>; <c>Mode</c> is absent
/// for NULLABLE.
/// </summary>
internal sealed record TableFieldSchema(string Name, string Type)
{
    public string? Mode { get; init; }

    public string? Description { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long? Precision { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long? Scale { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long? MaxLength { get; init; }

    public IReadOnlyList<TableFieldSchema>? Fields { get; init; }
}

/// <summary>How a table is partitioned; without a field, by load time.</summary>
internal sealed record TimePartitioning(string? Type, string? Field)
{
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long? ExpirationMs { get; init; }
}

/// <summary>Partitions by ranges of a whole number.</summary>
internal sealed record RangePartitioning(string? Field);

internal sealed record Clustering(IReadOnlyList<string>? Fields);

internal sealed record TableView(string? Query, bool? UseLegacySql);

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>
/// The bytes of tables. Bills can be arranged to assume years of rows that nobody loads: as many in each day's
/// partition as a test says, each as large as the table's rows are on average. Nothing else sees them, and they do not
/// survive a restart.
/// </summary>
internal sealed class ArrangedSizes
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
    };

    private readonly ConcurrentDictionary<(string Dataset, string Table), Size> sizes = [];

    /// <summary>Arranges the size of a table.</summary>
    /// <exception cref="ArgumentException">There is no such table, it has no day's partitions or no row, or the size
    /// is none.</exception>
    public void Set(DuckDBConnection connection, JsonObject sent)
    {
        var size = sent.Deserialize<Size>(Web)!;
        var resource = Database.Read(
            connection,
            $"SELECT resource FROM {Database.Own}.tables WHERE dataset = ? AND name = ?",
            row => row.GetString(0),
            size.Dataset,
            size.Table).Select(json => JsonNode.Parse(json)!).FirstOrDefault();
        if (resource?["timePartitioning"] is null)
        {
            throw new ArgumentException($"There is no partitioned table {size.Dataset}.{size.Table}.");
        }

        if (size.FirstDay > size.LastDay || size.RowsPerDay < 1)
        {
            throw new ArgumentException("A size has a row a day at least, from firstDay to lastDay.");
        }

        if (Rows(connection, new TableName("", size.Dataset, size.Table)) == 0)
        {
            throw new ArgumentException($"{size.Dataset}.{size.Table} has no row that tells how large a row is.");
        }

        sizes[(size.Dataset, size.Table)] = size;
    }

    /// <summary>The bytes of some columns of a table, of the partitions that a condition leaves.</summary>
    /// <param name="connection">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="by">The column that partitions it; null where none does.</param>
    /// <param name="days">Which days; null for all.</param>
    public long Bytes(
        DuckDBConnection connection, TableName table, IReadOnlyList<Column> columns, Column? by, string? days)
    {
        if (by is null || !sizes.TryGetValue((table.Dataset, table.Table), out var size))
        {
            return LogicalBytes.Of(connection, table, columns, days);
        }

        var bytes = (Int128)LogicalBytes.Of(connection, table, columns, null);
        return (long)(bytes * Days(connection, size, by, days) * size.RowsPerDay / Rows(connection, table));
    }

    private static long Rows(DuckDBConnection connection, TableName table) =>
        Database.Read(connection, $"SELECT COUNT(*) FROM {table.Quoted}", row => row.GetInt64(0))[0];

    private static long Days(DuckDBConnection connection, Size size, Column by, string? condition) => Database.Read(
        connection,
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT COUNT(*)
            FROM (
              SELECT unnest(generate_series(DATE '{size.FirstDay:O}', DATE '{size.LastDay:O}', INTERVAL 1 DAY))
                AS {Sql.Name(by.Name)}
            )
            WHERE {condition ?? "TRUE"}
            """),
        row => row.GetInt64(0))[0];

    private sealed record Size(string Dataset, string Table, DateOnly FirstDay, DateOnly LastDay, long RowsPerDay);
}

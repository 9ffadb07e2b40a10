using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>
/// The size of columns as BigQuery bills it: https://cloud.google.com/bigquery/pricing#data. A null has none.
/// </summary>
internal static class LogicalBytes
{
    /// <summary>The bytes of some columns of a table's rows.</summary>
    /// <param name="connection">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="where">Which rows; null for all.</param>
    public static long Of(
        DuckDBConnection connection, TableName table, IReadOnlyList<Column> columns, string? where)
    {
        if (columns.Count == 0)
        {
            return 0;
        }

        var sum = string.Join(" + ", columns.Select(Of));
        var condition = where is null ? "" : $" WHERE {where}";
        return Database.Read(
            connection, $"SELECT CAST({sum} AS BIGINT) FROM {table.Quoted}{condition}", row => row.GetInt64(0))[0];
    }

    private static string Of(Column column)
    {
        var name = Sql.Name(column.Name);
        return column.Type.Name switch
        {
            "STRING" => $"COALESCE(SUM(strlen({name}) + 2), 0)",
            "BYTES" => $"COALESCE(SUM(octet_length({name}) + 2), 0)",
            "JSON" => $"COALESCE(SUM(strlen(CAST({name} AS VARCHAR))), 0)",
            "BOOLEAN" => $"COUNT({name})",
            "NUMERIC" => $"COUNT({name}) * 16",
            "BIGNUMERIC" => $"COUNT({name}) * 32",
            _ => $"COUNT({name}) * 8",
        };
    }
}

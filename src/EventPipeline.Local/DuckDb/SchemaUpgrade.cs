using DuckDB.NET.Data;
using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Brings the tables of an older file up to the texts in <c>Sql/tables</c>: missing columns are added, columns of
/// another type are converted. What the file contains stays.
/// </summary>
internal static class SchemaUpgrade
{
    private const string Expected = "local_expected";

    /// <summary>Whether a dataset has tables, which may be of an older version.</summary>
    public static bool HasTables(DuckDBConnection connection, string dataset)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) > 0 FROM duckdb_tables() WHERE schema_name = {SqlName.Text(dataset)}";
        return (bool)command.ExecuteScalar()!;
    }

    /// <summary>Upgrades the existing tables of a dataset.</summary>
    public static void Apply(DuckDBConnection connection, string dataset)
    {
        foreach (var (table, column, type, isThere) in Differences(connection, dataset))
        {
            var (alter, name) = (
                $"ALTER TABLE {SqlName.Quoted(dataset)}.{SqlName.Quoted(table)}", SqlName.Quoted(column));
            DuckDbFile.Run(
                connection,
                isThere ? $"{alter} ALTER COLUMN {name} SET DATA TYPE {type}" : $"{alter} ADD COLUMN {name} {type}");
        }
    }

    /// <summary>What differs from tables that are created for the comparison and leave no trace.</summary>
    private static List<(string Table, string Column, string Type, bool IsThere)> Differences(
        DuckDBConnection connection, string dataset)
    {
        using var transaction = connection.BeginTransaction();
        DuckDbFile.Run(connection, $"CREATE SCHEMA {Expected}");
        foreach (var (_, sql) in SchemaTexts.Tables)
        {
            DuckDbFile.Run(connection, GoogleSql.ToDuckDb(sql, Expected));
        }

        var differences = new List<(string, string, string, bool)>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = $"""
                SELECT e.table_name, e.column_name, e.data_type, c.data_type IS NOT NULL
                FROM information_schema.columns AS e
                LEFT JOIN information_schema.columns AS c
                  ON c.table_schema = {SqlName.Text(dataset)} AND c.table_name = e.table_name AND c.column_name = e.column_name
                WHERE e.table_schema = '{Expected}' AND c.data_type IS DISTINCT FROM e.data_type
                ORDER BY e.table_name, e.ordinal_position
                """;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                differences.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
            }
        }

        transaction.Rollback();
        return differences;
    }
}

using DuckDB.NET.Data;

namespace EventPipeline.GoogleStandIn.Storage;

/// <summary>
/// What survives <c>kill -9</c>: one DuckDB file with a schema per dataset and the schema <c>stand_in</c> for jobs and
/// resources.
/// </summary>
internal sealed class Database : IDisposable
{
    /// <summary>The schema of the stand-in's own tables.</summary>
    public const string Own = "stand_in";

    private readonly DuckDBConnection root;

    /// <summary>
    /// Held while datasets, tables and views change: two changes at once would be DuckDB's conflict, not BigQuery's
    /// answer.
    /// </summary>
    public Lock Definitions { get; } = new();

    public Database(Settings settings)
    {
        root = new DuckDBConnection("Data Source=:memory:");
        root.Open();
        var file = Path.Combine(settings.DataFolder, "data.duckdb").Replace("'", "''", StringComparison.Ordinal);
        Run(root, "SET memory_limit = '512MB'");
        Run(root, "SET threads = 1");
        Run(root, $"SET temp_directory = '{file}.tmp'");
        Run(root, "SET GLOBAL TimeZone = 'UTC'");

        // A row group is held in memory until it is full, and a row of raw text may have 64 KiB.
        Run(root, $"ATTACH '{file}' AS data (ROW_GROUP_SIZE 4096)");
        Run(root, "USE data");
        Run(root, $"""
            CREATE SCHEMA IF NOT EXISTS {Own};
            CREATE TABLE IF NOT EXISTS {Own}.datasets (project VARCHAR, dataset VARCHAR, resource VARCHAR);
            CREATE TABLE IF NOT EXISTS {Own}.tables (project VARCHAR, dataset VARCHAR, name VARCHAR, resource VARCHAR);
            CREATE TABLE IF NOT EXISTS {Own}.jobs (project VARCHAR, id VARCHAR, record VARCHAR);
            CREATE TABLE IF NOT EXISTS {Own}.job_ends (project VARCHAR, id VARCHAR, record VARCHAR);
            """);
    }

    /// <summary>A connection of its own, in UTC, whose unqualified names are looked up in a dataset.</summary>
    public DuckDBConnection Open(string? dataset = null)
    {
        var connection = root.Duplicate();
        connection.Open();
        Run(connection, "USE data");
        if (dataset is not null)
        {
            Run(connection, $"USE data.{Sql.Name(dataset)}");
        }

        return connection;
    }

    /// <summary>Runs a statement; answers the rows it changed.</summary>
    public static long Run(DuckDBConnection connection, string sql, params IReadOnlyList<string?> values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Reads rows, each made of a reader.</summary>
    public static List<T> Read<T>(
        DuckDBConnection connection, string sql, Func<DuckDBDataReader, T> row, params IReadOnlyList<string?> values)
    {
        using var command = Command(connection, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public void Dispose() => root.Dispose();

    private static DuckDBCommand Command(DuckDBConnection connection, string sql, IReadOnlyList<string?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            command.Parameters.Add(new DuckDBParameter(value ?? (object)DBNull.Value));
        }

        return command;
    }
}

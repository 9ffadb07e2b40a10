using DuckDB.NET.Data;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// The file, opened so that no statement can reach beyond it: no other file, no network, no extension, and after
/// <see cref="Lock"/> no setting. Loads need none of that: they append rows that this process read.
/// https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
/// </summary>
internal sealed class DuckDbFile : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly DuckDBConnection _keepOpen;

    /// <param name="path">The file; created if it does not exist.</param>
    /// <exception cref="UsageException">DuckDB cannot open a file with that name.</exception>
    public DuckDbFile(string path)
    {
        // DuckDB takes what follows for parameters, and would put its log into another folder.
        if (path.Contains('?', StringComparison.Ordinal))
        {
            throw new UsageException(
                $"The path {path} contains a question mark, which the database takes for the end of the path. "
                + "Choose another folder with --data.");
        }

        _connectionString = new DuckDBConnectionStringBuilder
        {
            DataSource = path,
            ["memory_limit"] = "256MB",

            // What does not fit into memory is spilled beside the file; not the whole disk.
            ["max_temp_directory_size"] = "1GB",
            ["preserve_insertion_order"] = "false",

            // Its statements take milliseconds: waking another thread costs more than it gains, and each thread holds
            // memory.
            ["threads"] = "1",
            ["enable_external_access"] = "false",
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
            ["allow_community_extensions"] = "false",
        }.ConnectionString;
        _keepOpen = Open();
        Run("SET GLOBAL TimeZone = 'UTC'");
    }

    /// <summary>Opens another connection.</summary>
    public DuckDBConnection Open()
    {
        var connection = new DuckDBConnection(_connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Runs one of our own statements.</summary>
    public void Run(string sql) => Run(_keepOpen, sql);

    /// <summary>Runs our own statements, all or none.</summary>
    public void Run(IEnumerable<string> all)
    {
        using var transaction = _keepOpen.BeginTransaction();
        foreach (var sql in all)
        {
            Run(sql);
        }

        transaction.Commit();
    }

    /// <summary>From here on no statement can change a setting.</summary>
    public void Lock() => Run("SET GLOBAL lock_configuration = true");

    public static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public ValueTask DisposeAsync() => _keepOpen.DisposeAsync();
}

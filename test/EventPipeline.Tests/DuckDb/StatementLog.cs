using DuckDB.NET.Data;
using EventPipeline.Local.DuckDb;

namespace EventPipeline.Tests.DuckDb;

/// <summary>What DuckDB was asked to do since this began, by DuckDB's own log: one line a statement.</summary>
internal sealed class StatementLog : IDisposable
{
    private readonly DuckDBConnection _connection;

    public StatementLog(DuckDbFile file)
    {
        _connection = file.Open();
        DuckDbFile.Run(_connection, "CALL enable_logging('QueryLog')");
    }

    /// <summary>Every statement so far, but for those that read the log.</summary>
    public IReadOnlyList<string> Read()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = """
            SELECT message FROM duckdb_logs WHERE type = 'QueryLog' AND message NOT LIKE '%duckdb_logs%' ORDER BY timestamp
            """;
        using var reader = command.ExecuteReader();
        var statements = new List<string>();
        while (reader.Read())
        {
            statements.Add(reader.GetString(0));
        }

        return statements;
    }

    public void Dispose() => _connection.Dispose();
}

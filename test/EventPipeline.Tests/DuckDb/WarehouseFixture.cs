using DuckDB.NET.Data;
using EventPipeline.Load;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.DuckDb;

/// <summary>A real warehouse in a folder of its own. A class's tests share one, and leave it empty.</summary>
public sealed class WarehouseFixture : IAsyncDisposable
{
    public const string Dataset = "ai_usage_analytics";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventpipeline-warehouse-");

    private readonly TimeProvider _time;

    public WarehouseFixture()
        : this(TimeProvider.System)
    {
    }

    internal WarehouseFixture(TimeProvider time)
    {
        _time = time;
        WarehouseTemplate.CopyTo(Folder);
        Warehouse = Open();
    }

    /// <summary>The data folder.</summary>
    public string Folder => _folder.FullName;

    internal DuckDbWarehouse Warehouse { get; private set; }

    /// <summary>Closes the file, runs statements on it, and opens it again.</summary>
    internal async Task ReopenAsync(params string[] meanwhile)
    {
        await Warehouse.DisposeAsync();
        await using (
            var connection = new DuckDBConnection($"Data Source={Path.Combine(_folder.FullName, "warehouse.duckdb")}"))
        {
            connection.Open();
            foreach (var sql in meanwhile)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = sql;
                command.ExecuteNonQuery();
            }
        }

        Warehouse = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Deletes every row, and forgets which statements there were.</summary>
    public ValueTask EmptyAsync()
    {
        using var connection = Warehouse.File.Open();
        using var transaction = connection.BeginTransaction();
        foreach (var table in Tables(connection))
        {
            DuckDbFile.Run(connection, $"DELETE FROM {table}");
        }

        transaction.Commit();
        return ValueTask.CompletedTask;
    }

    internal async Task<IReadOnlyList<IReadOnlyList<object?>>> AskAsync(string sql) =>
        (await Warehouse.AskAsync(sql, TestContext.Current.CancellationToken)).Rows;

    private static List<string> Tables(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT format('{}.{}', schema_name, table_name) FROM duckdb_tables()";
        using var reader = command.ExecuteReader();
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private DuckDbWarehouse Open() =>
        new(DataFolder.Open(_folder.FullName, simulated: true), Options.Create(new DatasetOptions()), _time);
}

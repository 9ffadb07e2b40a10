using DuckDB.NET.Data;
using EventPipeline.Load;
using EventPipeline.Local;
using EventPipeline.Local.DuckDb;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.DuckDb;

/// <summary>A real warehouse in a folder of its own.</summary>
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
        Warehouse = Open();
    }

    /// <summary>The data folder.</summary>
    public string Folder => _folder.FullName;

    internal DuckDbWarehouse Warehouse { get; private set; }

    /// <summary>Closes the file, runs statements on it, and opens it again.</summary>
    internal async Task ReopenAsync(params string[] meanwhile)
    {
        await Warehouse.DisposeAsync();
        await using (var connection = new DuckDBConnection($"Data Source={Path.Combine(_folder.FullName, "warehouse.duckdb")}"))
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

    internal async Task<IReadOnlyList<IReadOnlyList<object?>>> AskAsync(string sql) =>
        (await Warehouse.AskAsync(sql, TestContext.Current.CancellationToken)).Rows;

    private DuckDbWarehouse Open() => new(DataFolder.Open(_folder.FullName, simulated: true), Options.Create(new DatasetOptions()), _time);
}

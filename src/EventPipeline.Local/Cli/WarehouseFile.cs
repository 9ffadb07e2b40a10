using EventPipeline.Commands;
using EventPipeline.Load;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Cli;

/// <summary>The DuckDB file of a data folder, for a command that needs exclusive access.</summary>
internal static class WarehouseFile
{
    /// <summary>Opens it.</summary>
    /// <exception cref="UsageException">There is none, or a service is using the folder.</exception>
    public static Task<OpenedWarehouse> OpenAsync(LocalSettings settings)
    {
        var folder = DataFolder.Existing(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        var taken = folder.TryLock()
            ?? throw new UsageException($"A service is using {folder.Path}. Stop it, and run this again.");
        var (warehouse, dataset) = Open(folder);
        return Task.FromResult(new OpenedWarehouse(warehouse, dataset, new Owner(warehouse, taken)));
    }

    /// <summary>Opens the file of a folder that is locked, with the production dataset's name.</summary>
    public static (DuckDbWarehouse Warehouse, string Dataset) Open(DataFolder folder)
    {
        var datasets = new DatasetOptions();
        datasets.Dataset = LocalService.Settings()["BIGQUERY_DATASET"] ?? datasets.Dataset;
        return (new DuckDbWarehouse(folder, Options.Create(datasets), TimeProvider.System), datasets.Dataset);
    }

    private sealed class Owner(DuckDbWarehouse warehouse, FileStream taken) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await warehouse.DisposeAsync();
            await taken.DisposeAsync();
        }
    }
}

using EventPipeline.Load;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Shared;
using EventPipeline.Tests.Broker;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.DuckDb;

/// <summary>An empty warehouse, made once: to copy it takes a tenth of the time.</summary>
internal static class WarehouseTemplate
{
    private static readonly Lazy<byte[]> Empty = new(Make);

    /// <summary>Lets a folder that has no warehouse begin with an empty one.</summary>
    public static void CopyTo(string folder)
    {
        var path = Path.Combine(folder, "warehouse.duckdb");
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, Empty.Value);
        }
    }

    private static byte[] Make()
    {
        using var folder = new TemporaryFolder();
        var data = DataFolder.Open(folder.Path, simulated: true);
        new DuckDbWarehouse(data, Options.Create(new DatasetOptions()), TimeProvider.System)
            .DisposeAsync()
            .AsTask()
            .GetAwaiter()
            .GetResult();
        return File.ReadAllBytes(data.WarehouseFile);
    }
}

using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>Rows on their way: lines of a file, until one statement appends them all.</summary>
internal sealed class DuckDbUpload(DuckDbWarehouse warehouse, string dataset, string table, string path, FileStream file) : IUpload
{
    private static readonly byte[] LineBreak = "\n"u8.ToArray();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        await file.WriteAsync(row, cancellationToken);
        await file.WriteAsync(LineBreak, cancellationToken);
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await file.DisposeAsync();
        await warehouse.AppendAsync(dataset, table, path, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        File.Delete(path);
    }
}

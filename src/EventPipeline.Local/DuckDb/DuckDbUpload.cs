using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Rows on their way: lines of files, until they are appended. DuckDB holds what one statement appends in memory, long
/// texts above all, so a large upload is appended part by part; cut off in between, its rows belong to a load that is
/// never committed.
/// </summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="table">The table.</param>
/// <param name="loadId">The load.</param>
/// <param name="path">Where the files are; each adds its number.</param>
internal sealed class DuckDbUpload(
    DuckDbWarehouse warehouse, string dataset, string table, string loadId, string path) : IUpload
{
    private const long PartBytes = 8 * 1024 * 1024;
    private static readonly byte[] LineBreak = "\n"u8.ToArray();

    private readonly List<string> _parts = [];
    private FileStream? _open;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        if (_open is { Length: >= PartBytes })
        {
            await CloseAsync();
        }

        var file = _open ??= Begin();
        await file.WriteAsync(row, cancellationToken);
        await file.WriteAsync(LineBreak, cancellationToken);
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        for (var i = 0; i < _parts.Count; i++)
        {
            await warehouse.AppendAsync(dataset, table, i == 0 ? loadId : null, _parts[i], cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _parts.ForEach(File.Delete);
    }

    private FileStream Begin()
    {
        var part = $"{path}.{_parts.Count.ToString(CultureInfo.InvariantCulture)}.ndjson";
        _parts.Add(part);
        return new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
    }

    private async ValueTask CloseAsync()
    {
        if (_open is { } file)
        {
            _open = null;
            await file.DisposeAsync();
        }
    }
}

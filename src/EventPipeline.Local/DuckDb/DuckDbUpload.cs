using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Rows on their way: lines of files, until they are appended. DuckDB holds what one statement appends in memory, long
/// texts above all, so a large upload is appended file by file; cut off in between, its rows belong to a load that is
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
    private const long MaxFileBytes = 8 * 1024 * 1024;
    private static readonly byte[] LineBreak = "\n"u8.ToArray();

    private readonly List<(int Part, string Path)> _files = [];
    private readonly HashSet<int> _leftOut = [];
    private FileStream? _open;
    private int _openPart;
    private int _part;

    public void Begin(int part) => _part = part;

    public void LeaveOut(int part) => _leftOut.Add(part);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        if (_open is not null && (_openPart != _part || _open.Length >= MaxFileBytes))
        {
            await CloseAsync();
        }

        var file = _open ??= Create();
        await file.WriteAsync(row, cancellationToken);
        await file.WriteAsync(LineBreak, cancellationToken);
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        var isFirst = true;
        foreach (var (_, file) in _files.Where(file => !_leftOut.Contains(file.Part)))
        {
            await warehouse.AppendAsync(dataset, table, isFirst ? loadId : null, file, cancellationToken);
            isFirst = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _files.ForEach(file => File.Delete(file.Path));
    }

    private FileStream Create()
    {
        var file = $"{path}.{_files.Count.ToString(CultureInfo.InvariantCulture)}.ndjson";
        _openPart = _part;
        _files.Add((_part, file));
        return new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
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

using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Rows on their way: lines of a file, until they are appended in as few transactions as memory allows. Cut off between
/// two, a load's rows belong to a load that is never committed.
/// </summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="table">The table.</param>
/// <param name="loadId">The load.</param>
/// <param name="path">Where the file is to be.</param>
internal sealed class DuckDbUpload(
    DuckDbWarehouse warehouse, string dataset, string table, string loadId, string path) : IUpload
{
    private const int MaxPieceBytes = 8 * 1024 * 1024;

    // DuckDB writes every 122,880 rows of a transaction to the disk at once and for good; what many small ones leave it
    // merges again and again, which costs several times as much a row. Rows with long texts, 122,880 of which memory
    // would not hold, are committed earlier.
    private const int MaxLongBytes = 3 * MaxPieceBytes;
    private const int LongRowBytes = 1024;

    private readonly List<Piece> _pieces = [];
    private readonly HashSet<int> _leftOut = [];
    private LineFile? _file;
    private int _part;
    private Piece _piece;

    public void Begin(int part) => _part = part;

    public void LeaveOut(int part) => _leftOut.Add(part);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        var file = _file ??= new LineFile(path);
        var bytes = row.Length + 1;
        if (_piece.Part != _part || _piece.Bytes + bytes > MaxPieceBytes)
        {
            EndPiece();
            _piece = new Piece(_part, file.Length, 0, 0);
        }

        _piece = _piece with { Bytes = _piece.Bytes + bytes, Rows = _piece.Rows + 1 };
        return file.WriteAsync(row, cancellationToken);
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_file is not { } file)
        {
            return;
        }

        EndPiece();
        await file.CloseAsync(cancellationToken);
        string? first = loadId;
        foreach (var together in Transactions())
        {
            await warehouse.AppendAsync(dataset, table, first, file, together, cancellationToken);
            first = null;
        }
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void EndPiece()
    {
        if (_piece.Rows > 0)
        {
            _pieces.Add(_piece);
        }

        _piece = default;
    }

    private IEnumerable<IReadOnlyList<Piece>> Transactions()
    {
        var together = new List<Piece>();
        var (bytes, rows) = (0L, 0L);
        foreach (var piece in _pieces.Where(piece => !_leftOut.Contains(piece.Part)))
        {
            (bytes, rows) = (bytes + piece.Bytes, rows + piece.Rows);
            if (together.Count > 0 && bytes > MaxLongBytes && bytes > rows * LongRowBytes)
            {
                yield return together;
                together = [];
                (bytes, rows) = (piece.Bytes, piece.Rows);
            }

            together.Add(piece);
        }

        if (together.Count > 0)
        {
            yield return together;
        }
    }

    /// <summary>Consecutive rows of one part.</summary>
    /// <param name="Part">The part.</param>
    /// <param name="Start">Where they begin in the file.</param>
    /// <param name="Bytes">How long they are, line breaks included.</param>
    /// <param name="Rows">How many they are.</param>
    internal readonly record struct Piece(int Part, long Start, long Bytes, int Rows);
}

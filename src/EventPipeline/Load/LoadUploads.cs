using EventPipeline.Vendors.Contract;

namespace EventPipeline.Load;

/// <summary>
/// The uploads of one load: rows by their day, pieces of pages by their page, so that only those are loaded that belong
/// to a day whose content is new. Disposed without a load, they are abandoned.
/// </summary>
internal sealed class LoadUploads(IWarehouse warehouse, string dataset, string loadId) : IAsyncDisposable
{
    private const string RawPages = "raw_page";

    private readonly Dictionary<string, Table> _tables = [];
    private readonly Dictionary<int, HashSet<DateOnly>> _daysOfPages = [];

    // A bucket is announced while its page is read, or, where a day has pages of its own, after the last of them.
    private readonly HashSet<int> _pagesBeforeBucket = [];
    private DateOnly? _day;
    private int _page;

    /// <summary>A bucket of a day arrived.</summary>
    public void Begin(DateOnly day)
    {
        _day = day;
        foreach (var page in _pagesBeforeBucket.Append(_page).Where(_daysOfPages.ContainsKey))
        {
            _daysOfPages[page].Add(day);
        }

        _pagesBeforeBucket.Clear();
    }

    /// <summary>Drops the rows of a day, as far as they are still held.</summary>
    public void LeaveOut(DateOnly day)
    {
        foreach (var (_, table) in _tables.Where(table => table.Key != RawPages))
        {
            table.LeaveOut(day.DayNumber);
        }
    }

    /// <summary>Adds a row of a fact table.</summary>
    /// <param name="table">The table, e.g. <c>usage</c>.</param>
    /// <param name="day">The row's day.</param>
    /// <param name="line">The row.</param>
    /// <param name="cancellationToken">Stops.</param>
    public ValueTask WriteAsync(
        string table, DateOnly day, ReadOnlyMemory<byte> line, CancellationToken cancellationToken) =>
        _tables.TryGetValue(table, out var known)
            ? known.WriteAsync(day.DayNumber, line, cancellationToken)
            : WriteFirstAsync(table, day.DayNumber, line, cancellationToken);

    /// <summary>
    /// Keeps a piece of a page: the page belongs to the days of which buckets arrive until the next page, or else to
    /// the next bucket.
    /// </summary>
    public ValueTask KeepAsync(PagePart part, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (part.PageNo != _page)
        {
            _page = part.PageNo;
            _daysOfPages[_page] = [];
            _pagesBeforeBucket.Add(_page);
        }

        return _tables.TryGetValue(RawPages, out var known)
            ? known.WriteAsync(_page, line, cancellationToken)
            : WriteFirstAsync(RawPages, _page, line, cancellationToken);
    }

    /// <summary>
    /// Takes out what is to be loaded: the rows of some days, and the pages that they came in. The caller disposes it.
    /// </summary>
    /// <returns>The uploads that have any, by the table as it is stored.</returns>
    public IReadOnlyDictionary<string, IUpload> Take(IReadOnlySet<DateOnly> days)
    {
        var numbers = days.Select(day => day.DayNumber).ToHashSet();
        if (_day is { } last)
        {
            Begin(last); // Pages of a snapshot follow its only bucket.
        }

        var pages = _daysOfPages.Where(page => page.Value.Overlaps(days)).Select(page => page.Key).ToHashSet();
        var taken = _tables.Where(table => table.Value.Narrow(table.Key == RawPages ? pages : numbers)).ToList();
        taken.ForEach(table => _tables.Remove(table.Key));
        return taken.ToDictionary(table => StoredName(table.Key), table => table.Value.Upload);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var table in _tables.Values)
        {
            await table.DisposeAsync();
        }
    }

    private async ValueTask WriteFirstAsync(
        string name, int part, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var table = new Table(await warehouse.StartUploadAsync(dataset, StoredName(name), loadId, cancellationToken));
        _tables.Add(name, table);
        await table.WriteAsync(part, line, cancellationToken);
    }

    private static string StoredName(string table) => table == RawPages ? table : $"{table}_versions";

    /// <summary>The upload of one table, and the parts that it has.</summary>
    private sealed class Table(IUpload upload) : IAsyncDisposable
    {
        private readonly HashSet<int> _parts = [];
        private int? _part;

        public IUpload Upload => upload;

        public ValueTask WriteAsync(int part, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
        {
            if (part != _part)
            {
                _part = part;
                _parts.Add(part);
                upload.Begin(part);
            }

            return upload.WriteAsync(line, cancellationToken);
        }

        public void LeaveOut(int part)
        {
            if (_parts.Contains(part))
            {
                upload.LeaveOut(part);
            }
        }

        /// <summary>Leaves out all but some parts, if it has any of them.</summary>
        /// <returns>Whether it has any of them.</returns>
        public bool Narrow(HashSet<int> wanted)
        {
            if (!_parts.Overlaps(wanted))
            {
                return false;
            }

            foreach (var part in _parts.Where(part => !wanted.Contains(part)))
            {
                upload.LeaveOut(part);
            }

            return true;
        }

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}

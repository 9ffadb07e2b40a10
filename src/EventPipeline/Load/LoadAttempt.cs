using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// One attempt at one step of a window, under its own load id: read, compare, load, verify, commit. Whatever happens in
/// between, nothing of it is visible until the commit, and the newest read wins. Disposed without a commit, its uploads
/// are abandoned.
/// </summary>
internal sealed class LoadAttempt(
    IWarehouse warehouse,
    LoadPlace place,
    Commits commits,
    string dataset,
    LoadRequest request,
    TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private DateTimeOffset _readBegan = clock.GetUtcNow();
    private WindowLookUp? _before;
    private readonly WindowReading _reading = new(request.Window);
    private readonly HashSet<DateOnly> _dropped = [];
    private readonly string _loadId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
    private LoadUploads? _uploads;
    private RecordLine? _lines;
    private RawPageLine? _pages;

    /// <summary>Identical rows that were repeated, and dropped.</summary>
    public long Repeats => _reading.Repeats;

    /// <summary>How many days keep rows that the vendor did not answer with, by the reason.</summary>
    public IReadOnlyDictionary<KeepReason, int> KeptDays { get; private set; } = new Dictionary<KeepReason, int>();

    private LoadUploads Uploads => _uploads ??= new LoadUploads(warehouse, dataset, _loadId);

    private RecordLine Lines => _lines ??= new RecordLine(_loadId, request.Report.NormaliserVersion);

    /// <summary>
    /// Whether this attempt, and no other delivery, has committed the step. False also if that cannot be told.
    /// </summary>
    public bool HasCommitted { get; private set; }

    /// <summary>What it has committed that is to be counted; null for nothing.</summary>
    public CommittedLoad? Committed { get; private set; }

    private bool Keeps => request.Mode != RunMode.DryRun;

    private IReadOnlyDictionary<DateOnly, Row> Before =>
        _before?.Shown ?? throw new InvalidOperationException("A load begins before it is completed.");

    /// <summary>
    /// When the newest read committed before this one began had itself begun, if that is later by more than a minute: a
    /// clock is or was ahead. Null otherwise.
    /// </summary>
    public DateTimeOffset? ClockAhead =>
        !Keeps ? null : Before.Values.Select(day => day.Timestamp("read_began"))
            .Where(began => began > _readBegan + ClockTolerance)
            .Select(began => (DateTimeOffset?)began)
            .Max();

    /// <summary>
    /// Looks at what is committed, and then begins to read. What was there before is older than what is read from now
    /// on, whatever the clocks say; what is committed from now on may be newer, and the clocks decide.
    /// </summary>
    /// <param name="known">What was looked up a moment ago; it is asked for if that was not of this account.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is committed.</returns>
    public async Task<WindowLookUp> BeginAsync(WindowLookUp? known, CancellationToken cancellationToken)
    {
        if (Keeps)
        {
            place.Enter();
        }

        _before = known is not null && request.StoredIds.All(known.AccountIds.Contains)
            ? known
            : await WindowLookUp.AskAsync(
                warehouse, dataset, request.RunId, request.Whole, request.StoredIds, cancellationToken);
        _readBegan = clock.GetUtcNow();
        return _before;
    }

    /// <summary>Takes the connector's items, in order.</summary>
    /// <exception cref="DayCameAgainException">The request says that days do not, and one did.</exception>
    public ValueTask AcceptAsync(VendorItem item, CancellationToken cancellationToken)
    {
        switch (item)
        {
            case BucketArrived bucket:
                Begin(bucket.Day);
                return ValueTask.CompletedTask;
            case VendorRecord record when !Belongs(record, request.Report.Kind):
                throw new InvalidOperationException(
                    $"{request.Window}: rows of basis '{CostBasis.Cumulative}', and seats, belong to a meter, and no "
                        + "others do.");
            case VendorRecord record:
                var (line, hash) = Lines.Write(record);
                if (_reading.Add(record, hash) is not { } row || !Keeps)
                {
                    return ValueTask.CompletedTask;
                }

                if (_dropped.Contains(row.UsageDate))
                {
                    throw new DayCameAgainException(request.Window, row.UsageDate);
                }

                line = ReferenceEquals(row, record) ? line : Lines.Write(row).Line;
                return Uploads.WriteAsync(row.Table, row.UsageDate, line, cancellationToken);
            default:
                throw new InvalidOperationException($"A connector said {item.GetType().Name}.");
        }
    }

    private void Begin(DateOnly day)
    {
        var ended = _reading.Current;
        _reading.Begin(day);
        if (ended is { } last && last != day && Keeps && !request.DaysComeAgain
            && _before?.Shown.GetValueOrDefault(last) is { } before && IsUnchanged(_reading.Days[last], before))
        {
            Uploads.LeaveOut(last);
            _dropped.Add(last);
        }

        Uploads.Begin(day);
    }

    /// <summary>Keeps a piece of the vendor's own text.</summary>
    public async ValueTask KeepPageAsync(PagePart part, CancellationToken cancellationToken)
    {
        if (!Keeps)
        {
            return;
        }

        _pages ??= new RawPageLine(_loadId, request);
        await Uploads.KeepAsync(part, _pages.Write(part, clock.GetUtcNow()), cancellationToken);
    }

    /// <summary>
    /// Compares with what was shown when the reading began and, if something is new, loads, verifies and commits. What
    /// was committed meanwhile does not matter: an unchanged day says that this read saw what that load holds.
    /// </summary>
    /// <param name="describe">
    /// The end of the window, as JSON, which the commit of its last day records; null for none.
    /// </param>
    /// <param name="cancellationToken">Stops it; the commit may have happened.</param>
    public async Task<LoadOutcome> CompleteAsync(
        Func<LoadOutcome, string?> describe, CancellationToken cancellationToken)
    {
        _reading.Complete();
        var days = new List<JudgedDay>();
        foreach (var (day, read) in _reading.Days)
        {
            days.Add(await JudgeAsync(day, read, Before.GetValueOrDefault(day), cancellationToken));
        }

        KeptDays = days.Select(day => day.KeptFor).OfType<KeepReason>().CountBy(why => why).ToDictionary();
        if (!Keeps)
        {
            return Outcome(days, null, await DifferencesAsync(days, cancellationToken));
        }

        // Before anything is written: totals that no table holds are refused here.
        var outcome = Outcome(days, days.FirstOrDefault(day => day.LoadId == _loadId)?.LoadId ?? days[^1].LoadId, []);
        var changed = days.Where(day => day.LoadId == _loadId).Select(day => day.Day).ToHashSet();
        await LoadAsync(changed, cancellationToken);

        var commit = new StepCommit(request, _loadId, _readBegan, Before);
        HasCommitted = await commits.InsertAsync(
            dataset,
            commit.Id,
            commit.Rows(days, day => day == request.Whole.To ? describe(outcome) : null),
            cancellationToken);
        var loaded = days.Where(day => day.LoadId == _loadId)
            .Select(day => new LoadedDay(day.Day, JudgedDay.Totals(day), day.WasShown(request.AccountId)))
            .ToList();
        Committed = loaded.Exists(day => day.Totals.Rows > 0)
            ? new CommittedLoad(_loadId, request.Window, loaded)
            : null;
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        if (_uploads is not null)
        {
            await _uploads.DisposeAsync();
        }

        _lines?.Dispose();
        _pages?.Dispose();
    }

    private static LoadOutcome Outcome(
        IReadOnlyCollection<JudgedDay> days, string? loadId, IReadOnlyList<SliceDifference> differences)
    {
        var all = JudgedDay.Totals(days);
        return new LoadOutcome(
            days.Select(day => day.State).MinBy(WindowState.Rank)!,
            all.Rows, all.Tokens, all.Money, loadId, differences);
    }

    /// <summary>What shows an amount that grows is a meter's, and a meter has nothing else.</summary>
    private static bool Belongs(VendorRecord record, ReportKind kind) => record switch
    {
        SeatRecord { SpendUsd: null, OverallSpendUsd: null } => kind is not ReportKind.Daily,
        SeatRecord or CostRecord { Basis: CostBasis.Cumulative } => kind is ReportKind.Meter,
        _ => kind is not ReportKind.Meter,
    };

    private async Task<IReadOnlyList<SliceDifference>> DifferencesAsync(
        List<JudgedDay> days, CancellationToken cancellationToken)
    {
        var landed = days.Any(day => day.Before is not null)
            ? await LandedMoney.OfAsync(warehouse, dataset, request.Window, cancellationToken)
            : new Dictionary<(string, DateOnly), SumsByBasis>();
        return [.. days.Select(day => day.Difference(landed))];
    }

    private async Task<JudgedDay> JudgeAsync(
        DateOnly day, DayReading read, Row? before, CancellationToken cancellationToken)
    {
        if (before is not null)
        {
            if (!request.Force && before.Flag("pinned"))
            {
                return Keep(before, KeepReason.Restored);
            }

            if (IsUnchanged(read, before))
            {
                return Keep(before, null);
            }

            if (IsForgotten(day, read, before))
            {
                return Keep(before, KeepReason.Forgotten);
            }

            if (!request.Force && await AgreesWithFinerAsync(day, read, before, cancellationToken))
            {
                return Keep(before, KeepReason.Finer);
            }
        }

        return new JudgedDay(day, read, before, read.Rows == 0 ? WindowState.Empty : WindowState.Loaded, _loadId);

        JudgedDay Keep(Row shown, KeepReason? why) =>
            new(day, read, shown, WindowState.Unchanged, shown.Text("load_id")) { KeptFor = why };
    }

    private bool IsUnchanged(DayReading read, Row before) => !request.Force && before.Text("digest") == read.Digest;

    /// <summary>
    /// Whether nothing was read of a day that has rows, and that a vendor of a rolling history no longer restates. A
    /// forced read takes nothing away either: it is what asks for such days.
    /// </summary>
    private bool IsForgotten(DateOnly day, DayReading read, Row before) =>
        request.Report.ForgetsDays
        && read.Rows == 0
        && before.GetInt64("row_count") > 0
        && _readBegan >= request.Report.SettledAt(day);

    /// <summary>Whether the rows that are there are finer than those that were read, and add up to the same.</summary>
    private async Task<bool> AgreesWithFinerAsync(
        DateOnly day, DayReading read, Row before, CancellationToken cancellationToken)
    {
        if (!request.Report.IsFiner(LoadRequest.RowsOf(before.Text("grain")), read.Grain))
        {
            return false;
        }

        var proof = LoadProof.Create(
            request.Window with { From = day, To = day },
            before.Text("stored_account_id"),
            before.Text("load_id"),
            LoadProof.Tables);
        var landed = await DaySums.LandedAsync(warehouse, dataset, proof, cancellationToken);
        return landed.GetValueOrDefault(day) is { } finer && finer.AgreesWith(read);
    }

    private async Task LoadAsync(HashSet<DateOnly> changed, CancellationToken cancellationToken)
    {
        var uploads = Uploads.Take(changed);
        if (uploads.Count == 0)
        {
            place.Leave();
        }
        else
        {
            await place.LoadAsync(uploads, request.LoadBy - clock.GetUtcNow(), cancellationToken);
        }

        await ProveAsync(changed, [.. uploads.Keys.Where(LoadProof.Tables.Contains)], cancellationToken);
    }

    private async Task ProveAsync(
        HashSet<DateOnly> changed, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        var landed = tables.Count == 0
            ? new Dictionary<DateOnly, DaySums>()
            : await DaySums.LandedAsync(
                warehouse,
                dataset,
                LoadProof.Create(request.Window, request.AccountId, _loadId, tables),
                cancellationToken);
        foreach (var (day, read) in _reading.Days.Where(day => changed.Contains(day.Key)))
        {
            if (DaySums.Difference(landed.GetValueOrDefault(day), read) is { } difference)
            {
                throw new TransientFailureException(
                    $"{request.Window}: load {_loadId} failed verification for {day:yyyy-MM-dd}. "
                    + $"{difference} None of its rows are visible.");
            }
        }
    }
}

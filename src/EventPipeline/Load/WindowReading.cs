using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// Folds a connector's items into totals and digests per day, and checks the answer against the contract: no row
/// outside the window, no row twice with different values, no day twice with different content, no day missing. Rows
/// are distinguished by what the vendor said, and remembered for the whole window while they are few, otherwise for the
/// current bucket.
/// </summary>
internal sealed class WindowReading(Window window)
{
    private const int MaxRemembered = 64 * 1024;

    private readonly SortedDictionary<DateOnly, DayReading> _days = [];
    private readonly HashSet<DateOnly> _remembered = [];
    private readonly RowIdentities _rows = new();
    private Repetition? _repetition;

    /// <summary>The day of the bucket that arrived last.</summary>
    public DateOnly? Current { get; private set; }

    /// <summary>What was read, by day; only days whose bucket arrived.</summary>
    public IReadOnlyDictionary<DateOnly, DayReading> Days => _days;

    /// <summary>Identical rows that were repeated, and dropped.</summary>
    public long Repeats { get; private set; }

    /// <summary>A bucket arrived: the records that follow belong to it.</summary>
    public void Begin(DateOnly day)
    {
        if (!window.Contains(day))
        {
            throw Broken($"The vendor answered with {day:yyyy-MM-dd}, which is outside the window.");
        }

        if (Current == day)
        {
            return; // The bucket continues on the next page.
        }

        Finish();
        Current = day;
        if (_days.TryAdd(day, new DayReading()))
        {
            _remembered.Add(day);
        }
        else
        {
            _repetition = new Repetition(_days[day].Said);
        }
    }

    /// <summary>Takes a row.</summary>
    /// <param name="record">The row, with its natural key.</param>
    /// <param name="rowHash">The hash of its columns.</param>
    /// <returns>The row under the key it is stored under; null for an identical repeat.</returns>
    public VendorRecord? Add(VendorRecord record, UInt128 rowHash)
    {
        if (Current is not { } day || record.UsageDate != day)
        {
            throw Broken($"A row of {record.UsageDate:yyyy-MM-dd} arrived outside its bucket.");
        }

        if (_repetition is { } repetition)
        {
            var again = Found(repetition.Rows.Add(record, rowHash, out _), day, record);
            if (again == KeyFinding.New)
            {
                repetition.Day.Add(record, rowHash);
            }

            if (again != KeyFinding.New || !_remembered.Contains(day))
            {
                return null; // The day is judged as a whole, at its end.
            }
        }

        var finding = _rows.Add(record, rowHash, out var rowKey);
        if (_repetition is { } comparison && !comparison.Grows(finding, record))
        {
            return null;
        }

        if (Found(finding, day, record) == KeyFinding.Repeated)
        {
            Repeats++;
            return null;
        }

        _days[day].Add(record, rowHash);
        return rowKey == record.RowKey ? record : record with { RowKey = rowKey };
    }

    /// <summary>The stream ended: every day has to be there, because a missing day is not an empty day.</summary>
    /// <exception cref="TransientFailureException">A day is missing.</exception>
    public void Complete()
    {
        Finish();
        var missing = window.EachDay().Where(day => !_days.ContainsKey(day)).ToList();
        if (missing.Count > 0)
        {
            throw new TransientFailureException(
                $"{window}: the vendor's answer has no bucket for "
                    + $"{string.Join(", ", missing.Select(d => $"{d:yyyy-MM-dd}"))}. "
                + "A missing day is not an empty day: nothing was committed. The window will be read again.");
        }
    }

    private KeyFinding Found(KeyFinding finding, DateOnly day, VendorRecord record) =>
        finding != KeyFinding.Contradicted
        ? finding
        : throw Broken(
            $"Two rows of {day:yyyy-MM-dd} have the same natural key ({record.RowKey}) and different values.");

    private void Finish()
    {
        if (_repetition is { } repetition && Current is { } day)
        {
            Repeats += repetition.IsRepeated(out var repeats)
                ? repeats
                : throw Broken($"The day {day:yyyy-MM-dd} arrived twice with different content.");
        }

        _repetition = null;
        if (_rows.Count > MaxRemembered)
        {
            _rows.Clear();
            _remembered.Clear();
        }
    }

    private RejectedEventException Broken(string what) => new(
        $"{window}: {what}",
        "The vendor's answer does not match the documented API. "
        + "Inspect the response, and replay once the vendor or the connector is fixed.",
        RejectionCause.BrokenContract);

    /// <summary>
    /// A day that is repeated. It has to say the same, or contain only rows that something new distinguishes.
    /// </summary>
    private sealed class Repetition(string saidBefore)
    {
        private long _added;
        private long _repeated;
        private bool _changed;

        public DayReading Day { get; } = new();

        public RowIdentities Rows { get; } = new();

        /// <summary>Whether the row belongs to the day, beside those that came before.</summary>
        public bool Grows(KeyFinding finding, VendorRecord record)
        {
            var grows = finding == KeyFinding.New && record.Words.HasUnknown;
            _added += grows ? 1 : 0;
            _repeated += finding == KeyFinding.Repeated ? 1 : 0;
            _changed |= !grows && finding != KeyFinding.Repeated;
            return grows;
        }

        public bool IsRepeated(out long repeats)
        {
            repeats = _added > 0 ? _repeated : Day.Rows;
            // A bucket that is repeated without rows adds nothing to its day.
            return _added > 0 ? !_changed : Day.Rows == 0 || Day.Said == saidBefore;
        }
    }
}

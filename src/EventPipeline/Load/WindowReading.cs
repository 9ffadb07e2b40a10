using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// Folds a connector's items into totals and digests per day, and holds the answer to the contract: no row outside the window, no natural
/// key twice with different values, no day twice with different content, no day missing. Keys are held for the current bucket only.
/// </summary>
internal sealed class WindowReading(Window window)
{
    private readonly SortedDictionary<DateOnly, DayReading> _days = [];
    private readonly BucketKeys _keys = new();
    private DateOnly? _current;
    private DayReading? _repetition;

    /// <summary>What was read, by day; only days whose bucket arrived.</summary>
    public IReadOnlyDictionary<DateOnly, DayReading> Days => _days;

    /// <summary>Rows that came twice, identical, and were dropped.</summary>
    public long Repeats { get; private set; }

    /// <summary>A bucket arrived: the records that follow are its.</summary>
    public void Begin(DateOnly day)
    {
        if (!window.Contains(day))
        {
            throw Broken($"The vendor answered with {day:yyyy-MM-dd}, which is outside the window.");
        }

        if (_current == day)
        {
            return; // The bucket continues on the next page.
        }

        Finish();
        _current = day;
        if (!_days.TryAdd(day, new DayReading()))
        {
            _repetition = new DayReading();
        }
    }

    /// <summary>Whether the record is new, and not an identical repeat.</summary>
    public bool Add(VendorRecord record, UInt128 rowHash)
    {
        if (_current is not { } day || record.UsageDate != day)
        {
            throw Broken($"A row of {record.UsageDate:yyyy-MM-dd} arrived outside its bucket.");
        }

        var key = UInt128.Parse(record.RowKey, System.Globalization.NumberStyles.HexNumber, null);
        switch (_keys.Add(key, rowHash))
        {
            case KeyFinding.Contradicted:
                throw Broken($"Two rows of {day:yyyy-MM-dd} have the same natural key ({record.RowKey}) and different values.");
            case KeyFinding.Repeated:
                Repeats++;
                return false;
        }

        (_repetition ?? _days[day]).Add(record, rowHash);
        return _repetition is null;
    }

    /// <summary>The stream ended: every day has to be there, because absent is not empty.</summary>
    /// <exception cref="TransientFailureException">A day is missing.</exception>
    public void Complete()
    {
        Finish();
        var missing = window.EachDay().Where(day => !_days.ContainsKey(day)).ToList();
        if (missing.Count > 0)
        {
            throw new TransientFailureException(
                $"{window}: the vendor's answer has no bucket for {string.Join(", ", missing.Select(d => $"{d:yyyy-MM-dd}"))}. "
                + "Absent is not empty, so nothing was committed; the window is read again.");
        }
    }

    private void Finish()
    {
        if (_repetition is { } repetition && _current is { } day)
        {
            if (repetition.Digest != _days[day].Digest)
            {
                throw Broken($"The day {day:yyyy-MM-dd} arrived twice with different content.");
            }

            Repeats += repetition.Rows;
        }

        _repetition = null;
        _keys.Clear();
    }

    private RejectedEventException Broken(string what) => new(
        $"{window}: {what}",
        "The vendor's answer breaks its contract. Look at the answer, and replay once the vendor or the connector is mended.",
        RejectionCause.BrokenContract);
}

using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Fetch;

/// <summary>Days of a window that are read, proved and committed together, and how far that is.</summary>
/// <param name="message">What asks for the window.</param>
/// <param name="source">Where it is to be had.</param>
/// <param name="days">The days of the step.</param>
/// <param name="drift">What the attempt has met.</param>
internal sealed class WindowStep(FetchRequested message, WindowSource source, Window days, AttemptDrift drift)
{
    private readonly HashSet<DateOnly> _begun = [];

    public FetchRequested Message { get; } = message;

    public WindowSource Source { get; } = source;

    public Window Days { get; } = days;

    public AttemptDrift Drift { get; } = drift;

    /// <summary>Whether the window ends with it.</summary>
    public bool IsLast => Days.To == Message.To;

    /// <summary>Whether its days can be read one after the other: what a dry run has read is not kept.</summary>
    public bool CanBeSmaller => Message.Mode != RunMode.DryRun && Days.Days > 1;

    /// <summary>How many of the vendor's pages have begun to arrive.</summary>
    public int Pages { get; private set; }

    /// <summary>How many rows have arrived.</summary>
    public long Rows { get; private set; }

    /// <summary>How many days have begun to arrive; the last of them may not be over.</summary>
    public int DaysBegun => _begun.Count;

    /// <summary>Whether its days are committed, or, in a dry run, compared.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What it has committed that is to be counted; null for nothing.</summary>
    public CommittedLoad? Made { get; private set; }

    /// <summary>The next step of a window, from the first day that the run has not committed.</summary>
    /// <param name="message">What asks for the window.</param>
    /// <param name="source">Where it is to be had.</param>
    /// <param name="from">The first day.</param>
    /// <param name="drift">What the attempt has met.</param>
    public static WindowStep Create(FetchRequested message, WindowSource source, DateOnly from, AttemptDrift drift)
    {
        var days = message.Mode == RunMode.DryRun ? null : message.StepDays;
        var to = days < message.To.DayNumber - from.DayNumber + 1 ? from.AddDays(days.Value - 1) : message.To;
        return new WindowStep(message, source, message.Window with { From = from, To = to }, drift);
    }

    /// <summary>It is read from its beginning.</summary>
    public void Restart()
    {
        _begun.Clear();
        (Pages, Rows) = (0, 0);
    }

    /// <summary>It is done.</summary>
    /// <param name="made">What is to be counted of it; null for nothing.</param>
    public void End(CommittedLoad? made) => (IsDone, Made) = (true, made);

    public void Count(PagePart part) => Pages = part.PageNo;

    public void Count(VendorItem item)
    {
        if (item is BucketArrived bucket)
        {
            _begun.Add(bucket.Day);
        }
        else if (item is VendorRecord)
        {
            Rows++;
        }
    }
}

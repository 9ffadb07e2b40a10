using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Fetch;

/// <summary>What the steps of one attempt met that a person may want to know.</summary>
internal sealed class AttemptDrift
{
    private long _repeats;
    private int _keptFiner;
    private int _keptForgotten;
    private int _keptPinned;

    /// <summary>What the vendor sent beyond its documentation.</summary>
    public Drift Vendor { get; } = new();

    /// <summary>All of it, in sentences and names of fields.</summary>
    public IReadOnlyCollection<string> Notes
    {
        get
        {
            var notes = new SortedSet<string>(Vendor.Notes, StringComparer.Ordinal);
            if (_repeats > 0)
            {
                notes.Add($"{_repeats} identical duplicate rows were dropped");
            }

            if (_keptFiner > 0)
            {
                notes.Add(
                    $"{_keptFiner} days keep the finer rows of an earlier read: the coarser ones have the same "
                    + "totals");
            }

            if (_keptForgotten > 0)
            {
                notes.Add(
                    $"{_keptForgotten} days keep the rows of an earlier read: the vendor answered with none, as it "
                    + "does for days that it no longer keeps");
            }

            if (_keptPinned > 0)
            {
                notes.Add(
                    $"{_keptPinned} days keep the rows that a person has restored, whatever the vendor answered: ask "
                    + "for them with force to replace them");
            }

            return notes;
        }
    }

    /// <summary>Counts what a load has dropped and kept.</summary>
    public void Count(LoadAttempt load)
    {
        _repeats += load.Repeats;
        _keptFiner += load.KeptFiner;
        _keptForgotten += load.KeptForgotten;
        _keptPinned += load.KeptPinned;
    }
}

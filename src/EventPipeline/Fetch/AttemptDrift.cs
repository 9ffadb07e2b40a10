using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Fetch;

/// <summary>What the steps of one attempt met that a person may want to know.</summary>
internal sealed class AttemptDrift
{
    private long _repeats;
    private readonly Dictionary<KeepReason, int> _kept = [];

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

            notes.UnionWith(_kept.Select(kept => $"{kept.Value} days keep {Kept(kept.Key)}"));
            return notes;
        }
    }

    /// <summary>Counts what a load has dropped and kept.</summary>
    public void Count(LoadAttempt load)
    {
        _repeats += load.Repeats;
        foreach (var (why, days) in load.KeptDays)
        {
            _kept[why] = _kept.GetValueOrDefault(why) + days;
        }
    }

    private static string Kept(KeepReason why) => why switch
    {
        KeepReason.Finer => "the finer rows of an earlier read: the coarser ones have the same totals",
        KeepReason.Forgotten =>
            "the rows of an earlier read: the vendor answered with none, as it does for days that it no longer keeps",
        _ => "the rows that a person has restored, whatever the vendor answered: ask for them with force to replace "
            + "them",
    };
}

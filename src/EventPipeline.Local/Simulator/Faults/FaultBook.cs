namespace EventPipeline.Local.Simulator.Faults;

/// <summary>The rules in force and how often each hit. Safe to use from several requests at once.</summary>
internal sealed class FaultBook
{
    private readonly Lock _lock = new();
    private List<Entry> _entries = [];

    /// <summary>Replaces every rule; counting starts over.</summary>
    public void Replace(IEnumerable<FaultRule> rules)
    {
        lock (_lock)
        {
            _entries = [.. rules.Select(rule => new Entry(rule))];
        }
    }

    /// <summary>The rules with their hits.</summary>
    public IReadOnlyList<(FaultRule Rule, int Hits)> List()
    {
        lock (_lock)
        {
            return [.. _entries.Select(entry => (entry.Rule, entry.Hits))];
        }
    }

    /// <summary>
    /// The first rule that applies to this request and is not used up, counted as a hit; null if there is none.
    /// </summary>
    /// <param name="applies">Whether a rule can take effect here. Called for one rule at a time.</param>
    public FaultRule? Take(Func<FaultRule, bool> applies)
    {
        lock (_lock)
        {
            foreach (var entry in _entries)
            {
                if (entry.IsUsedUp || !applies(entry.Rule))
                {
                    continue;
                }

                if (entry.Seen++ >= entry.Rule.Skip)
                {
                    entry.Hits++;
                    return entry.Rule;
                }
            }

            return null;
        }
    }

    private sealed class Entry(FaultRule rule)
    {
        public FaultRule Rule { get; } = rule;

        public int Seen { get; set; }

        public int Hits { get; set; }

        public bool IsUsedUp => Hits >= Rule.Times;
    }
}

using System.Collections.Concurrent;

namespace EventPipeline.Ledger;

/// <summary>What a process remembers of runs: what never changes, and when it asked for what may.</summary>
internal sealed class KnownRuns
{
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Dataset, string RunId), StoredPlan> _plans = new();
    private readonly ConcurrentDictionary<(string Dataset, string RunId), bool> _completed = new();
    private readonly ConcurrentDictionary<(string Dataset, string RunId), bool> _cancelled = new();
    private readonly ConcurrentDictionary<(string Dataset, string RunId), DateTimeOffset> _asked = new();

    /// <summary>The plan of a run; null if it is not remembered.</summary>
    public StoredPlan? PlanOf(string dataset, string runId) => _plans.GetValueOrDefault((dataset, runId));

    /// <summary>Whether it was announced that a run has completed, after which nothing can end better.</summary>
    public bool HasCompleted(string dataset, string runId) => _completed.ContainsKey((dataset, runId));

    /// <summary>Whether it is known that a run was cancelled.</summary>
    public bool IsCancelled(string dataset, string runId) => _cancelled.ContainsKey((dataset, runId));

    /// <summary>When it was last asked whether a run was cancelled, UTC; null if that is not remembered.</summary>
    public DateTimeOffset? CancellationAskedAt(string dataset, string runId) =>
        _asked.TryGetValue((dataset, runId), out var at) ? at : null;

    public void Remember(string dataset, string runId, StoredPlan plan) => Remember(_plans, dataset, runId, plan);

    public void RememberCompleted(string dataset, string runId) => Remember(_completed, dataset, runId, true);

    public void RememberCancelled(string dataset, string runId) => Remember(_cancelled, dataset, runId, true);

    public void RememberCancellation(string dataset, string runId, bool isCancelled, DateTimeOffset askedAt)
    {
        Remember(_asked, dataset, runId, askedAt);
        if (isCancelled)
        {
            RememberCancelled(dataset, runId);
        }
    }

    private static void Remember<T>(
        ConcurrentDictionary<(string Dataset, string RunId), T> all, string dataset, string runId, T value)
    {
        if (all.Count >= Most)
        {
            all.Clear();
        }

        all[(dataset, runId)] = value;
    }
}

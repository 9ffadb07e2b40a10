using System.Collections.Concurrent;

namespace EventPipeline.Ledger;

/// <summary>What a process remembers of runs: what never changes, and when it asked for what may.</summary>
internal sealed class KnownRuns
{
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Dataset, string RunId), StoredPlan> _plans = new();
    private readonly ConcurrentDictionary<(string Dataset, string RunId), bool> _completed = new();
    private readonly ConcurrentDictionary<(string Dataset, string RunId), KnownDecision> _decisions = new();

    /// <summary>The plan of a run; null if it is not remembered.</summary>
    public StoredPlan? PlanOf(string dataset, string runId) => _plans.GetValueOrDefault((dataset, runId));

    /// <summary>Whether it was announced that a run has completed, after which nothing can end better.</summary>
    public bool HasCompleted(string dataset, string runId) => _completed.ContainsKey((dataset, runId));

    /// <summary>What was last heard of what people decided about a run; null if that is not remembered.</summary>
    public KnownDecision? DecisionOf(string dataset, string runId) => _decisions.GetValueOrDefault((dataset, runId));

    public void Remember(string dataset, string runId, StoredPlan plan) => Remember(_plans, dataset, runId, plan);

    public void RememberCompleted(string dataset, string runId) => Remember(_completed, dataset, runId, true);

    public void Remember(string dataset, string runId, KnownDecision decision) =>
        Remember(_decisions, dataset, runId, decision);

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

/// <summary>What was decided about a run, and when the ledger was asked, UTC: once cancelled, it stays so.</summary>
internal sealed record KnownDecision(RunDecision Decision, DateTimeOffset AskedAt);

using EventPipeline.Load;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>Runs as people and scripts see them, in whichever dataset they are.</summary>
internal sealed class RunDocuments(
    IOptions<DatasetOptions> datasets, RunEvents events, KnownVendors vendors, TimeProvider clock)
{
    // Each page of a filter that few runs pass reads on, but not for ever.
    private const int MaxLookedAt = 2_000;
    private const int Many = 200;

    /// <summary>One run; null if it is unknown.</summary>
    public async Task<RunDocument?> FindAsync(string runId, CancellationToken cancellationToken) =>
        await events.FindAsync(runId, cancellationToken) is { Count: > 0 } known ? Document(runId, known) : null;

    /// <summary>The newest runs that pass a filter, newest first.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="after">The run that the page before ended with; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RunPage> PageAsync(
        RunFilter filter, ListPlace? after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<RunDocument>();
        for (var lookedAt = 0; lookedAt < MaxLookedAt;)
        {
            // One more says whether there is a next page; of few that pass the filter, many are looked at together.
            var most = Math.Min(Math.Max(limit + 1, filter.IsByState ? Many : 0), MaxLookedAt - lookedAt);
            var runs = new List<RunDocument>();
            foreach (var dataset in datasets.Value.All)
            {
                var rows = await events.RecentAsync(dataset, filter.Since, after, most, cancellationToken);
                runs.AddRange(
                    rows.GroupBy(row => row.Text("run_id")).Select(known => Document(known.Key, [.. known])));
            }

            foreach (var run in runs.OrderByDescending(PlaceOf).Take(most))
            {
                if (found.Count == limit)
                {
                    return new RunPage(found, after);
                }

                after = PlaceOf(run);
                if (filter.Passes(run))
                {
                    found.Add(run);
                }
            }

            if (runs.Count < most)
            {
                return new RunPage(found, null);
            }

            lookedAt += most;
        }

        return new RunPage(found, after);
    }

    private static ListPlace PlaceOf(RunDocument run) => new(run.RequestedAt, run.RunId);

    private RunDocument Document(string runId, IReadOnlyList<Row> known) =>
        RequestNeeds.Add(RunHistory.Document(runId, known, clock.GetUtcNow()), vendors.All);
}

/// <summary>Which runs are listed; what is null filters nothing.</summary>
/// <param name="State">One of <see cref="RunDocument.States"/>.</param>
/// <param name="Mode">One of <see cref="RunModeNames.All"/>.</param>
/// <param name="Since">The first UTC day on which they were requested.</param>
internal sealed record RunFilter(string? State, string? Mode, DateOnly? Since)
{
    /// <summary>Whether it is known only of a run's events who passes it.</summary>
    public bool IsByState => State is not null || Mode is not null;

    public bool Passes(RunDocument run) => (State ?? run.State) == run.State && (Mode ?? run.Mode) == run.Mode;
}

/// <summary>Some runs.</summary>
/// <param name="Runs">The runs, newest first; fewer than were asked for where few pass the filter.</param>
/// <param name="Last">Where the next page begins; null where there is none.</param>
internal sealed record RunPage(IReadOnlyList<RunDocument> Runs, ListPlace? Last);

using EventPipeline.Load;

namespace EventPipeline.Fetch;

/// <summary>
/// The windows that this process works on, by run. A window that ends while another of its run is at work may leave to
/// that one whatever is asked once the last has ended: it ends later, or its message is delivered again and it ends
/// then, here or elsewhere.
/// </summary>
internal sealed class WindowsAtWork
{
    // Held until somebody counts them.
    private const int MostUncounted = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(RunMode Mode, string RunId), Run> _runs = [];

    /// <summary>A delivery begins to work on a window, which has not ended.</summary>
    public void Begin(RunMode mode, string runId, Window window)
    {
        lock (_gate)
        {
            var run = Of(mode, runId);
            run.Open[window.Id] = run.Open.GetValueOrDefault(window.Id) + 1;
        }
    }

    /// <summary>A delivery has committed something of a window that it works on.</summary>
    /// <param name="mode">The run's mode.</param>
    /// <param name="runId">The run.</param>
    /// <param name="load">What is to be counted; null for nothing.</param>
    public void Loaded(RunMode mode, string runId, CommittedLoad? load)
    {
        if (load is null)
        {
            return;
        }

        lock (_gate)
        {
            Of(mode, runId).Uncounted.Add(load);
        }
    }

    /// <summary>A window has ended, and its end is recorded; other deliveries of it do not matter any more.</summary>
    /// <param name="mode">The run's mode.</param>
    /// <param name="runId">The run.</param>
    /// <param name="window">The window.</param>
    /// <returns>
    /// Whether no other window of the run is at work, so that this may be the last one; and the loads to count now.
    /// </returns>
    public (bool MayBeLast, IReadOnlyList<CommittedLoad> ToCount) End(
        RunMode mode, string runId, Window window) =>
        Leave(mode, runId, run => run.Open.Remove(window.Id));

    /// <summary>A delivery gave up a window without ending it. Returns the loads to count now.</summary>
    public IReadOnlyList<CommittedLoad> GiveUp(RunMode mode, string runId, Window window) => Leave(
        mode,
        runId,
        run =>
        {
            if (run.Open.TryGetValue(window.Id, out var deliveries))
            {
                run.Open[window.Id] = deliveries - 1;
                if (deliveries == 1)
                {
                    run.Open.Remove(window.Id);
                }
            }
        }).ToCount;

    private (bool IsEmpty, IReadOnlyList<CommittedLoad> ToCount) Leave(
        RunMode mode, string runId, Action<Run> leave)
    {
        lock (_gate)
        {
            var run = Of(mode, runId);
            leave(run);
            if (run.Open.Count > 0 && run.Uncounted.Count < MostUncounted)
            {
                return (false, []);
            }

            var uncounted = run.Uncounted.ToList();
            run.Uncounted.Clear();
            if (run.Open.Count > 0)
            {
                return (false, uncounted);
            }

            _runs.Remove((mode, runId));
            return (true, uncounted);
        }
    }

    /// <summary>A run; it is there until its last delivery has left it. Only inside the gate.</summary>
    private Run Of(RunMode mode, string runId)
    {
        if (!_runs.TryGetValue((mode, runId), out var run))
        {
            _runs.Add((mode, runId), run = new Run());
        }

        return run;
    }

    private sealed class Run
    {
        /// <summary>How many deliveries work on each window, by its id.</summary>
        public Dictionary<string, int> Open { get; } = new(StringComparer.Ordinal);

        public List<CommittedLoad> Uncounted { get; } = [];
    }
}

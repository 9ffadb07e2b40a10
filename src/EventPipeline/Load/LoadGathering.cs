namespace EventPipeline.Load;

/// <summary>
/// The windows of one message, which share a load job per table: those that were read wait for those that are being
/// read, as long as they can.
/// </summary>
/// <param name="warehouse">Where they are loaded.</param>
/// <param name="clock">What they wait by.</param>
/// <param name="windows">How many windows are to be read.</param>
internal sealed class LoadGathering(IWarehouse warehouse, TimeProvider clock, int windows)
{
    // Longer than any attempt: nobody waits for it any more.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly List<Load> _waiting = [];
    private int _reading = windows;

    /// <summary>A window is read further, after some of it was loaded.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _reading++;
        }
    }

    /// <summary>A window that was to be read has nothing to load.</summary>
    public void Leave()
    {
        List<Load> group;
        lock (_lock)
        {
            _reading--;
            group = TakeIfComplete();
        }

        Begin(group);
    }

    /// <summary>Loads what was read of a window.</summary>
    /// <param name="uploads">By table; they belong to the gathering from now on, which disposes them.</param>
    /// <param name="wait">How long it can wait for the others.</param>
    /// <param name="cancellationToken">Stops waiting; what is shared may be loaded all the same.</param>
    /// <exception cref="RejectedEventException">A table refuses the rows.</exception>
    /// <exception cref="TransientFailureException">It failed, or its outcome is unknown.</exception>
    public async Task LoadAsync(
        IReadOnlyDictionary<string, IUpload> uploads, TimeSpan wait, CancellationToken cancellationToken)
    {
        var load = new Load(uploads, cancellationToken);
        List<Load> group;
        lock (_lock)
        {
            _reading--;
            _waiting.Add(load);
            group = wait > TimeSpan.Zero ? TakeIfComplete() : TakeAll();
        }

        Begin(group);
        using var patience = load.HasBegun
            ? null
            : clock.CreateTimer(_ => Begin(TakeIfWaiting(load)), null, wait, Timeout.InfiniteTimeSpan);
        try
        {
            await load.Outcome.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (Withdraw(load))
        {
            await load.DisposeAsync();
            throw;
        }
    }

    private List<Load> TakeIfComplete() => _reading == 0 ? TakeAll() : [];

    private List<Load> TakeAll()
    {
        var group = _waiting.ToList();
        _waiting.Clear();
        group.ForEach(load => load.HasBegun = true);
        return group;
    }

    private List<Load> TakeIfWaiting(Load load)
    {
        lock (_lock)
        {
            return load.HasBegun ? [] : TakeAll();
        }
    }

    private bool Withdraw(Load load)
    {
        lock (_lock)
        {
            return _waiting.Remove(load);
        }
    }

    private void Begin(List<Load> group)
    {
        if (group is [var only])
        {
            _ = RunAsync(group, only.CancellationToken);
        }
        else if (group.Count > 0)
        {
            _ = RunTogetherAsync(group);
        }
    }

    private async Task RunTogetherAsync(List<Load> group)
    {
        // Nobody's call: callers stop waiting when their time is over.
        using var limit = new CancellationTokenSource(Longest, clock);
        await RunAsync(group, limit.Token);
    }

    private async Task RunAsync(List<Load> group, CancellationToken cancellationToken)
    {
        // Side by side: each table waits for a job of its own.
        var tables = group
            .SelectMany(load => load.Uploads.Select(upload => (Load: load, Table: upload.Key, Upload: upload.Value)))
            .GroupBy(part => part.Table, (_, parts) => LoadTableAsync([.. parts], cancellationToken))
            .ToList();
        await Task.WhenAll(group.Select(load => TellAsync(load, tables)));
        foreach (var load in group)
        {
            await load.DisposeAsync();
        }
    }

    /// <summary>Loads one table for several; what became of each is in the tasks.</summary>
    private async Task<ILookup<Load, Task>> LoadTableAsync(
        IReadOnlyList<(Load Load, string Table, IUpload Upload)> parts, CancellationToken cancellationToken)
    {
        var loaded = warehouse.LoadTogether([.. parts.Select(part => part.Upload)], cancellationToken);
        return parts.Zip(loaded).ToLookup(part => part.First.Load, part => part.Second);
    }

    private static async Task TellAsync(Load load, List<Task<ILookup<Load, Task>>> tables)
    {
        try
        {
            await Task.WhenAll(tables.Select(async table => await Task.WhenAll((await table)[load])));
            load.Outcome.TrySetResult();
        }
        catch (OperationCanceledException) when (!load.CancellationToken.IsCancellationRequested)
        {
            load.Outcome.TrySetException(new TransientFailureException(
                $"A load that several windows share has not ended after {Longest.TotalMinutes} minutes. "
                + "They are read again."));
        }
        catch (Exception failure)
        {
            load.Outcome.TrySetException(failure);
        }
    }

    private sealed class Load(IReadOnlyDictionary<string, IUpload> uploads, CancellationToken cancellationToken)
        : IAsyncDisposable
    {
        public IReadOnlyDictionary<string, IUpload> Uploads => uploads;

        public CancellationToken CancellationToken => cancellationToken;

        /// <summary>Whether it waits no more.</summary>
        public bool HasBegun { get; set; }

        public TaskCompletionSource Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask DisposeAsync()
        {
            foreach (var upload in uploads.Values)
            {
                await upload.DisposeAsync();
            }
        }
    }
}

namespace EventPipeline.Shared;

/// <summary>
/// Calls that are made together: while one is on its way, what comes meanwhile waits, and shares the next one as far as
/// that can hold it. Nobody waits for others, so what comes alone goes at once.
/// </summary>
/// <param name="call">Makes one call for several items. It does not throw.</param>
/// <param name="fits">Whether a call for some items can hold one more.</param>
/// <param name="mayBeOneItem">Whether an outcome may be the fault of one item among several.</param>
internal sealed class SharedCalls<TItem, TOutcome>(
    Func<IReadOnlyList<TItem>, Task<TOutcome>> call,
    Func<IReadOnlyList<TItem>, TItem, bool> fits,
    Predicate<TOutcome> mayBeOneItem)
{
    private readonly Lock _lock = new();
    private readonly Queue<Place> _waiting = [];
    private bool _isMoving;

    /// <summary>Makes a call for an item, alone or with others.</summary>
    /// <remarks>Who gives up leaves the line; what is on its way by then may take effect all the same.</remarks>
    public Task<TOutcome> CallAsync(TItem item, CancellationToken cancellationToken)
    {
        var place = new Place(item, cancellationToken);
        lock (_lock)
        {
            _waiting.Enqueue(place);
            if (!_isMoving)
            {
                _isMoving = true;

                // A shared call is part of nobody's trace, so that nothing of the caller's context goes with it.
                ThreadPool.UnsafeQueueUserWorkItem(static line => _ = line.MoveAsync(), this, preferLocal: true);
            }
        }

        return place.Outcome.Task.WaitAsync(cancellationToken);
    }

    private async Task MoveAsync()
    {
        while (Next() is { Count: > 0 } group)
        {
            await CallAsync(group);
        }
    }

    private List<Place> Next()
    {
        lock (_lock)
        {
            var (group, items) = (new List<Place>(), new List<TItem>());
            while (_waiting.TryPeek(out var place))
            {
                if (!place.IsLeft)
                {
                    if (group.Count > 0 && !fits(items, place.Item))
                    {
                        break;
                    }

                    group.Add(place);
                    items.Add(place.Item);
                }

                _waiting.Dequeue();
            }

            _isMoving = group.Count > 0;
            return group;
        }
    }

    private async Task CallAsync(IReadOnlyList<Place> group)
    {
        var outcome = await call([.. group.Select(place => place.Item)]);
        if (group.Count > 1 && mayBeOneItem(outcome))
        {
            // No item may fail another caller's.
            foreach (var place in group.Where(place => !place.IsLeft))
            {
                await CallAsync([place]);
            }

            return;
        }

        foreach (var place in group)
        {
            place.Outcome.TrySetResult(outcome);
        }
    }

    private sealed class Place(TItem item, CancellationToken cancellationToken)
    {
        public TItem Item => item;

        public bool IsLeft => cancellationToken.IsCancellationRequested;

        public TaskCompletionSource<TOutcome> Outcome { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

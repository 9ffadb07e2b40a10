namespace EventPipeline.Local.Broker;

/// <summary>The messages that are not acknowledged, each as the task that delivers it.</summary>
internal sealed class Outstanding
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Subscription, long Id), Task> _deliveries = [];
    private TaskCompletionSource _none = new();

    public Outstanding() => _none.SetResult();

    /// <summary>How many a subscription has.</summary>
    public int Count(string subscription)
    {
        lock (_gate)
        {
            return _deliveries.Keys.Count(key => key.Subscription == subscription);
        }
    }

    /// <summary>
    /// Begins to deliver messages of a subscription, one after the other up to the yield <paramref name="deliver"/>
    /// begins with.
    /// </summary>
    public void Begin(string subscription, IEnumerable<long> ids, Func<long, Task> deliver)
    {
        lock (_gate)
        {
            // A delivery belongs to no request: neither its trace nor its log scope may follow along.
            using var apart = ExecutionContext.SuppressFlow();
            foreach (var id in ids)
            {
                _none = _deliveries.Count > 0
                    ? _none
                    : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _deliveries[(subscription, id)] = deliver(id);
            }
        }
    }

    /// <summary>A message is settled.</summary>
    public void End(string subscription, long id)
    {
        lock (_gate)
        {
            _deliveries.Remove((subscription, id));
            if (_deliveries.Count == 0)
            {
                _none.TrySetResult();
            }
        }
    }

    /// <summary>Completes once nothing is outstanding.</summary>
    public Task WhenNone()
    {
        lock (_gate)
        {
            return _none.Task;
        }
    }

    /// <summary>Completes once every delivery has ended, its message acknowledged or given up.</summary>
    public Task WhenEnded()
    {
        lock (_gate)
        {
            return Task.WhenAll(_deliveries.Values);
        }
    }
}

namespace EventPipeline.Local.Broker;

/// <summary>The messages that are not acknowledged, each as the task that delivers it.</summary>
internal sealed class Outstanding
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Subscription, long Id), Task> deliveries = [];
    private TaskCompletionSource none = new();

    public Outstanding() => none.SetResult();

    /// <summary>How many a subscription has.</summary>
    public int Count(string subscription)
    {
        lock (gate)
        {
            return deliveries.Keys.Count(key => key.Subscription == subscription);
        }
    }

    /// <summary>Begins to deliver messages of a subscription, one after the other up to the yield <paramref name="deliver"/> begins with.</summary>
    public void Begin(string subscription, IEnumerable<long> ids, Func<long, Task> deliver)
    {
        lock (gate)
        {
            // A delivery belongs to no request: neither its trace nor its log scope may follow along.
            using var apart = ExecutionContext.SuppressFlow();
            foreach (var id in ids)
            {
                none = deliveries.Count > 0 ? none : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                deliveries[(subscription, id)] = deliver(id);
            }
        }
    }

    /// <summary>A message is done with.</summary>
    public void End(string subscription, long id)
    {
        lock (gate)
        {
            deliveries.Remove((subscription, id));
            if (deliveries.Count == 0)
            {
                none.TrySetResult();
            }
        }
    }

    /// <summary>Completes once nothing is outstanding.</summary>
    public Task WhenNone()
    {
        lock (gate)
        {
            return none.Task;
        }
    }

    /// <summary>Completes once every delivery has ended, its message acknowledged or given up.</summary>
    public Task WhenEnded()
    {
        lock (gate)
        {
            return Task.WhenAll(deliveries.Values);
        }
    }
}

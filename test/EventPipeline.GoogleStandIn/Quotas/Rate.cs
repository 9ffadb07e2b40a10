namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>How many events there were in the time just past. What is refused does not count.</summary>
internal sealed class Rate(TimeProvider time, TimeSpan span)
{
    private readonly Queue<long> events = new();

    /// <summary>The most there were in any such time.</summary>
    public int Peak { get; private set; }

    /// <summary>How many there are in the time that ends now.</summary>
    public int Count
    {
        get
        {
            lock (events)
            {
                Forget();
                return events.Count;
            }
        }
    }

    /// <summary>Counts an event, or several at once, unless there would be more than there may be.</summary>
    public bool TryAdd(int most, int count = 1)
    {
        lock (events)
        {
            Forget();
            if (events.Count > most - count)
            {
                return false;
            }

            for (var one = 0; one < count; one++)
            {
                events.Enqueue(time.GetTimestamp());
            }

            Peak = Math.Max(Peak, events.Count);
            return true;
        }
    }

    private void Forget()
    {
        while (events.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= span)
        {
            events.Dequeue();
        }
    }
}

using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// Keeps to what a vendor documents: so many requests in any period of a given length, whichever windows they belong
/// to. No request has to be refused first. Not thread-safe.
/// </summary>
/// <param name="limit">What the vendor documents; null where it documents nothing.</param>
internal sealed class RequestQuota(RequestLimit? limit)
{
    private readonly Queue<DateTimeOffset> _begun = new();

    /// <summary>When the next request may begin, UTC; now or in the past if it may at once.</summary>
    public DateTimeOffset NextTurn(DateTimeOffset now)
    {
        if (limit is null)
        {
            return now;
        }

        while (_begun.TryPeek(out var oldest) && oldest + limit.Period <= now)
        {
            _begun.Dequeue();
        }

        return _begun.Count < limit.Requests ? now : _begun.Peek() + limit.Period;
    }

    /// <summary>A request begins.</summary>
    public void Begin(DateTimeOffset now)
    {
        if (limit is not null)
        {
            _begun.Enqueue(now);
        }
    }
}

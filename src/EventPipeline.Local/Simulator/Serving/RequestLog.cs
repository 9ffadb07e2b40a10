namespace EventPipeline.Local.Simulator.Serving;

/// <summary>
/// The requests, newest last; the oldest are dropped when there are very many. It never contains keys.
/// </summary>
internal sealed class RequestLog
{
    private const int Capacity = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<LoggedRequest> _requests = new();

    public void Add(LoggedRequest request)
    {
        lock (_lock)
        {
            _requests.Enqueue(request);
            if (_requests.Count > Capacity)
            {
                _requests.Dequeue();
            }
        }
    }

    public IReadOnlyList<LoggedRequest> List()
    {
        lock (_lock)
        {
            return [.. _requests];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }
}

/// <param name="Number">Counts from 1, and continues when the log is cleared.</param>
/// <param name="At">The simulated time, UTC.</param>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Account">The organisation's name; null for an unknown key.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path and query, as sent.</param>
/// <param name="Status">The status of the answer; 0 for none.</param>
/// <param name="Fault">The kind of fault that hit it; null for none.</param>
internal sealed record LoggedRequest(
    long Number,
    DateTimeOffset At,
    string Vendor,
    string? Account,
    string Method,
    string Path,
    int Status,
    string? Fault);

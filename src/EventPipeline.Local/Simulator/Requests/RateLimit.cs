namespace EventPipeline.Local.Simulator.Requests;

/// <summary>Counts the requests of each key in fixed minutes of the simulated clock's steady time.</summary>
internal sealed class RateLimit(TimeProvider clock)
{
    /// <summary>Generous: no vendor publishes a number for these endpoints.</summary>
    public const int PerMinute = 3_000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Began, int Count)> _minutes = [];

    /// <summary>
    /// Counts a request: how many there were in this minute, and the whole seconds until the next begins.
    /// </summary>
    public (int Count, int SecondsLeft) Count(string key)
    {
        lock (_lock)
        {
            var (began, count) = _minutes.GetValueOrDefault(key, (clock.GetTimestamp(), 0));
            var elapsed = clock.GetElapsedTime(began);
            if (elapsed >= Minute)
            {
                (began, count, elapsed) = (clock.GetTimestamp(), 0, TimeSpan.Zero);
            }

            _minutes[key] = (began, ++count);
            return (count, Math.Max(1, (int)Math.Ceiling((Minute - elapsed).TotalSeconds)));
        }
    }
}

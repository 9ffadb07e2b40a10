namespace EventPipeline.Shared;

/// <summary>How long to wait after failures: longer after each, up to a limit.</summary>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Factor">How many times as long each wait is as the one before it.</param>
/// <param name="Longest">No wait is longer.</param>
/// <param name="Jitter">
/// The share of a wait, 0 to 1, that is randomly taken away, so that callers that failed together do not retry
/// together.
/// </param>
internal sealed record Backoff(TimeSpan First, double Factor, TimeSpan Longest, double Jitter = 0)
{
    /// <summary>The wait after so many failures in a row, with jitter where there is any.</summary>
    public TimeSpan After(int failures) => AtMostAfter(failures) * (1 - (Jitter * Random.Shared.NextDouble()));

    /// <summary>The same without jitter.</summary>
    public TimeSpan AtMostAfter(int failures)
    {
        // Compared as numbers: after many failures it is more than a TimeSpan holds.
        var ticks = First.Ticks * Math.Pow(Factor, failures - 1);
        return ticks < Longest.Ticks ? TimeSpan.FromTicks((long)ticks) : Longest;
    }
}

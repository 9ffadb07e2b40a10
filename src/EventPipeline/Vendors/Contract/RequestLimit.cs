namespace EventPipeline.Vendors.Contract;

/// <summary>How many requests a vendor answers.</summary>
/// <param name="Requests">So many requests of one account.</param>
/// <param name="Period">In any time of this length.</param>
public sealed record RequestLimit(int Requests, TimeSpan Period)
{
    /// <summary>
    /// What the paths that are counted together are called; null where each is counted alone. It matters to
    /// <see cref="Report.OwnLimit"/>.
    /// </summary>
    public string? Paths { get; init; }

    /// <summary>How long so many requests take at least: the first ones begin at once.</summary>
    public TimeSpan TimeFor(long requests) => Period * (Math.Max(0, requests - 1) / Requests);
}

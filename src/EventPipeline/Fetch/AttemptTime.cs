namespace EventPipeline.Fetch;

/// <summary>How long an attempt may still take, and how long its steps do.</summary>
internal sealed class AttemptTime(TimeProvider clock, TimeSpan limit)
{
    private const double Margin = 1.25;
    private const double VendorShare = 0.99;

    // Timers of the same length that began a moment apart end a moment apart.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.1);

    private readonly long _began = clock.GetTimestamp();
    private readonly TimeSpan _vendorLimit = limit * VendorShare;
    private long _stepBegan;
    private TimeSpan _slowest;

    /// <summary>How long the attempt may take.</summary>
    public TimeSpan Limit { get; } = limit;

    /// <summary>
    /// When vendors are asked no more, UTC: a little before the attempt is stopped, so that what a request waits for
    /// then can say so.
    /// </summary>
    public DateTimeOffset VendorDeadline { get; } = clock.GetUtcNow() + limit * VendorShare;

    /// <summary>Whether vendors are asked no more.</summary>
    public bool IsOver => clock.GetElapsedTime(_began) >= _vendorLimit - Tolerance;

    public void BeginStep() => _stepBegan = clock.GetTimestamp();

    public void EndStep()
    {
        var took = clock.GetElapsedTime(_stepBegan);
        _slowest = took > _slowest ? took : _slowest;
    }

    /// <summary>Whether another step fits into what is left, even if it is a little slower than the slowest.</summary>
    public bool FitsAnother => clock.GetElapsedTime(_began) + _slowest * Margin <= Limit;
}

namespace EventPipeline.Fetch;

/// <summary>How long an attempt may still take, and how long its steps do.</summary>
/// <param name="clock">The clock.</param>
/// <param name="limit">How long the attempt may take.</param>
/// <param name="elapsed">How long ago it began: a window may have waited for others of its message.</param>
internal sealed class AttemptTime(TimeProvider clock, TimeSpan limit, TimeSpan elapsed)
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

    /// <summary>How long it may still take.</summary>
    public TimeSpan Left => Limit - Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>
    /// When vendors are asked no more, UTC: a little before the attempt is stopped, so that what a request waits for
    /// then can say so.
    /// </summary>
    public DateTimeOffset VendorDeadline { get; } = clock.GetUtcNow() + limit * VendorShare - elapsed;

    /// <summary>Whether vendors are asked no more.</summary>
    public bool IsOver => Elapsed >= _vendorLimit - Tolerance;

    public void BeginStep() => _stepBegan = clock.GetTimestamp();

    public void EndStep()
    {
        var took = clock.GetElapsedTime(_stepBegan);
        _slowest = took > _slowest ? took : _slowest;
    }

    /// <summary>Whether another step fits into what is left, even if it is a little slower than the slowest.</summary>
    public bool FitsAnother => Elapsed + _slowest * Margin <= Limit;

    private TimeSpan Elapsed => elapsed + clock.GetElapsedTime(_began);
}

namespace EventPipeline.Fetch;

/// <summary>How long an attempt may still take, and how long its steps do.</summary>
internal sealed class AttemptTime(TimeProvider clock, TimeSpan limit)
{
    private const double Margin = 1.25;

    // Timers of the same length that began a moment apart end a moment apart.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.1);

    private readonly long _began = clock.GetTimestamp();
    private long _stepBegan;
    private TimeSpan _slowest;

    /// <summary>How long the attempt may take.</summary>
    public TimeSpan Limit { get; } = limit;

    /// <summary>When it must have ended, UTC.</summary>
    public DateTimeOffset Deadline { get; } = clock.GetUtcNow() + limit;

    /// <summary>Whether nothing of it is left.</summary>
    public bool IsOver => clock.GetElapsedTime(_began) >= Limit - Tolerance;

    public void BeginStep() => _stepBegan = clock.GetTimestamp();

    public void EndStep()
    {
        var took = clock.GetElapsedTime(_stepBegan);
        _slowest = took > _slowest ? took : _slowest;
    }

    /// <summary>Whether another step fits into what is left, even if it is a little slower than the slowest.</summary>
    public bool FitsAnother => clock.GetElapsedTime(_began) + _slowest * Margin <= Limit;
}

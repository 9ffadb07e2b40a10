namespace EventPipeline.Local.Shared;

/// <summary>What the command line says about one machine's service.</summary>
/// <param name="Folder">The data folder; null for the usual one.</param>
/// <param name="Seed">The simulator's seed.</param>
/// <param name="Now">
/// What time the triggers and the simulator think it is when the process starts, UTC; null for the real one.
/// </param>
internal sealed record LocalSettings(string? Folder, int Seed, DateTimeOffset? Now)
{
    /// <summary>Moves the trigger's event time and the simulator; the service's own clock never moves.</summary>
    public TimeProvider Clock => Now is { } now
        ? new MovedTimeProvider(now - TimeProvider.System.GetUtcNow())
        : TimeProvider.System;

    private sealed class MovedTimeProvider(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}

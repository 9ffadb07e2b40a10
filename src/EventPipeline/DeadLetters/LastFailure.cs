using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Finds the last recorded attempt at a window of a run that failed; null if none is recorded.</summary>
internal delegate Task<FailedAttempt?> LastFailure(GivenUpWindow window, CancellationToken cancellationToken);

/// <summary>An attempt at a window that failed.</summary>
/// <param name="Reason">Why; null if that was not recorded.</param>
/// <param name="RecordedAt">When it was recorded, UTC.</param>
internal sealed record FailedAttempt(string? Reason, DateTimeOffset RecordedAt);

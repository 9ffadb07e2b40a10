using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Finds why the last recorded attempt at a window of a run failed; null if none is recorded.</summary>
internal delegate Task<string?> LastFailure(GivenUpWindow window, CancellationToken cancellationToken);

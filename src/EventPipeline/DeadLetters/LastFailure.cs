using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>What the last recorded attempt at a window of a run failed of; null where none is recorded.</summary>
internal delegate Task<string?> LastFailure(GivenUpWindow window, CancellationToken cancellationToken);

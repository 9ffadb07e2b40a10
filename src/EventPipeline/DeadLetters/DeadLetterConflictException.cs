namespace EventPipeline.DeadLetters;

/// <summary>Thrown when a dead letter cannot be replayed as it is; the message says what to do.</summary>
public sealed class DeadLetterConflictException(string message) : Exception(message);

namespace EventPipeline.DeadLetters;

/// <summary>Says that a dead letter cannot be replayed as it stands, and what to do.</summary>
public sealed class DeadLetterConflictException(string message) : Exception(message);

namespace EventPipeline.DeadLetters;

/// <summary>Whom a dead letter concerns.</summary>
/// <param name="RunId">The run that asked, or that its trigger requests.</param>
/// <param name="Mode">The run's mode; null if the message names none or an unknown one.</param>
/// <param name="Window">The window that was to be read, of several the first; null of a trigger.</param>
/// <param name="Windows">How many windows the message asks for; null of a trigger.</param>
internal sealed record LetterSubject(string RunId, string? Mode, Window? Window, long? Windows);

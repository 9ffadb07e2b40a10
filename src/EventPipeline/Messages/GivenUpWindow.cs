namespace EventPipeline.Messages;

/// <summary>The window of a fetch request that nobody delivers any more, as far as the request can be read.</summary>
/// <param name="RunId">The run that asked.</param>
/// <param name="Mode">The run's mode; null where the message names none that anybody knows.</param>
/// <param name="Window">What was asked for.</param>
internal sealed record GivenUpWindow(string RunId, RunMode? Mode, Window Window);

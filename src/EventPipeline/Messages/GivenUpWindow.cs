namespace EventPipeline.Messages;

/// <summary>The window of a fetch request that is no longer delivered, as far as the request can be read.</summary>
/// <param name="RunId">The run that requested it.</param>
/// <param name="Mode">The run's mode; null if the message names none or an unknown one.</param>
/// <param name="Window">The requested window.</param>
internal sealed record GivenUpWindow(string RunId, RunMode? Mode, Window Window);

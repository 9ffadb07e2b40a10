using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.Trigger;

/// <summary>Who does what an event asks for.</summary>
/// <param name="RunRequested">Turns a run into windows.</param>
/// <param name="FetchRequested">Reads one window.</param>
/// <param name="DeadLettered">
/// Stores what could not be done; gets the arrival itself, and why it could not be read when it could not.
/// </param>
internal sealed record EventHandlers(
    Func<RunRequested, ReceivedEvent, CancellationToken, Task> RunRequested,
    Func<FetchRequested, ReceivedEvent, CancellationToken, Task> FetchRequested,
    Func<Arrival, RejectedEventException?, CancellationToken, Task> DeadLettered);

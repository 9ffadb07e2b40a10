using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.Trigger;

/// <summary>Decides what an arriving event requests, and hands it to its handler.</summary>
/// <param name="catalogue">What a run can request.</param>
/// <param name="fanOut">Turns a run into windows.</param>
/// <param name="fetch">Reads windows.</param>
/// <param name="keep">Stores whatever could not be processed.</param>
internal sealed class EventDispatcher(
    Catalogue catalogue,
    Func<RunRequested, ReceivedEvent, CancellationToken, Task> fanOut,
    Func<FetchRequested, ReceivedEvent, CancellationToken, Task> fetch,
    Func<Arrival, CancellationToken, Task> keep)
{
    /// <summary>Reads the event before it is handed on; leaves a dead letter as it is.</summary>
    public static Arrival Read(Arrival arrival) => IsDeadLetter(arrival) ? arrival : CloudEventReader.Read(arrival);

    /// <summary>Hands what arrived to its handler.</summary>
    /// <exception cref="RejectedEventException">It can never succeed as it is.</exception>
    public Task DispatchAsync(Arrival arrival, CancellationToken cancellationToken) => arrival switch
    {
        Arrival.Read read when !IsDeadLetter(read) => DispatchAsync(read, read.Received, cancellationToken),
        _ => keep(arrival, cancellationToken),
    };

    // A copy forwarded by Pub/Sub keeps the original's type; its path or its attributes show what it is.
    private static bool IsDeadLetter(Arrival arrival) =>
        arrival.Entrance == Entrance.DeadLetterTopic
            || (arrival.Entrance == Entrance.Any && arrival.Message.IsForwarded);

    private Task DispatchAsync(Arrival arrival, ReceivedEvent received, CancellationToken cancellationToken) =>
        received.Type switch
    {
        RunRequested.EventType => fanOut(RunRequestedReader.Read(received, catalogue), received, cancellationToken),
        FetchRequested.EventType => fetch(FetchRequestedReader.Read(received.Data), received, cancellationToken),
        DeadLetter.OwnEventType => keep(arrival, cancellationToken),
        _ => throw new RejectedEventException(
            $"Unknown event type {Shown.Quoted(received.Type)}.",
            Nearest.DidYouMean(received.Type, Entrance.Types)),
    };
}

using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.Trigger;

/// <summary>An event arrives: what does it ask for, and who does it?</summary>
/// <param name="catalogue">What a run can be asked for.</param>
/// <param name="fanOut">Turns a run into windows.</param>
/// <param name="fetch">Reads one window.</param>
/// <param name="keep">Stores what could not be done, whatever it is.</param>
internal sealed class EventDispatcher(
    Catalogue catalogue,
    Func<RunRequested, ReceivedEvent, CancellationToken, Task> fanOut,
    Func<FetchRequested, ReceivedEvent, CancellationToken, Task> fetch,
    Func<Arrival, CancellationToken, Task> keep)
{
    /// <summary>Reads what has to be understood before it is handed on; a dead letter is left as it is.</summary>
    public static Arrival Read(Arrival arrival) => IsDeadLetter(arrival) ? arrival : CloudEventReader.Read(arrival);

    /// <summary>Hands what arrived to whoever does what it asks for.</summary>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    public Task DispatchAsync(Arrival arrival, CancellationToken cancellationToken) => arrival switch
    {
        Arrival.Read read when !IsDeadLetter(read) => DispatchAsync(read, read.Received, cancellationToken),
        _ => keep(arrival, cancellationToken),
    };

    // A copy that Pub/Sub forwarded keeps the original's type; what it is, its path or its attributes say.
    private static bool IsDeadLetter(Arrival arrival) =>
        arrival.Entrance == Entrance.DeadLetterTopic || (arrival.Entrance == Entrance.Any && arrival.Message.IsForwarded);

    private Task DispatchAsync(Arrival arrival, ReceivedEvent received, CancellationToken cancellationToken) =>
        received.Type switch
    {
        RunRequested.EventType => fanOut(RunRequestedReader.Read(received, catalogue), received, cancellationToken),
        FetchRequested.EventType => fetch(FetchRequestedReader.Read(received.Data), received, cancellationToken),
        DeadLetter.OwnEventType => keep(arrival, cancellationToken),
        _ => throw new RejectedEventException(
            $"No event is of the type {Shown.Quoted(received.Type)}.",
            Nearest.DidYouMean(received.Type, Entrance.Types)),
    };
}

using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.Trigger;

/// <summary>An event arrives: what does it ask for, and who does it?</summary>
internal sealed class EventDispatcher(EventHandlers handlers, Catalogue catalogue)
{
    /// <summary>Sets <see cref="Arrival.Event"/> of a message that has to be understood before anything is done with it.</summary>
    /// <exception cref="RejectedEventException">It is no event.</exception>
    public static void Read(Arrival arrival)
    {
        if (!IsDeadLetter(arrival))
        {
            CloudEventReader.Read(arrival);
        }
    }

    /// <summary>Hands an event that was read to its handler.</summary>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    public Task DispatchAsync(Arrival arrival, CancellationToken cancellationToken) =>
        IsDeadLetter(arrival) ? handlers.DeadLettered(arrival, null, cancellationToken) : DispatchAsync(arrival, arrival.Event!, cancellationToken);

    // A copy that Pub/Sub forwarded keeps the original's type; what it is, its path or its attributes say.
    private static bool IsDeadLetter(Arrival arrival) =>
        arrival.Entrance == Entrance.DeadLetterTopic || (arrival.Entrance == Entrance.Any && arrival.Message.IsForwarded);

    /// <summary>Keeps what came by the dead-letter topic and cannot be read.</summary>
    public Task DispatchUnreadableAsync(Arrival arrival, RejectedEventException why, CancellationToken cancellationToken) =>
        handlers.DeadLettered(arrival, why, cancellationToken);

    private Task DispatchAsync(Arrival arrival, ReceivedEvent received, CancellationToken cancellationToken) => received.Type switch
    {
        RunRequested.EventType => handlers.RunRequested(RunRequestedReader.Read(received, catalogue), received, cancellationToken),
        FetchRequested.EventType => handlers.FetchRequested(FetchRequestedReader.Read(received.Data), received, cancellationToken),
        DeadLetter.OwnEventType => handlers.DeadLettered(arrival, null, cancellationToken),
        _ => throw new RejectedEventException(
            $"No event is of the type {Shown.Quoted(received.Type)}.", Nearest.DidYouMean(received.Type, Entrance.Types)),
    };
}

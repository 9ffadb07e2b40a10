using EventPipeline.DeadLetters;
using EventPipeline.FanOut;

namespace EventPipeline.Trigger;

/// <summary>An event arrives: what does it ask for, and who does it?</summary>
internal sealed class EventDispatcher(EventHandlers handlers, Catalogue catalogue)
{
    /// <summary>Reads a message as an event and hands it to its handler, as part of the trace that the message belongs to.</summary>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    public async Task DispatchAsync(Arrival arrival, CancellationToken cancellationToken)
    {
        // A copy that Pub/Sub forwarded keeps the original's type; what it is, its path or its attributes say.
        if (arrival.Entrance == Entrance.DeadLetterTopic || IsForwarded(arrival))
        {
            using var _ = MessageTrace.Start(DeadLetter.OwnEventType, arrival.Message);
            await handlers.DeadLettered(arrival, null, cancellationToken);
            return;
        }

        var received = CloudEventReader.Read(arrival);
        using var activity = MessageTrace.Start(received.Type, arrival.Message);
        await (IsForwarded(arrival) ? handlers.DeadLettered(arrival, null, cancellationToken) : DispatchAsync(arrival, received, cancellationToken));
    }

    private static bool IsForwarded(Arrival arrival) => arrival.Entrance == Entrance.Any && arrival.Message.IsForwarded;

    /// <summary>Keeps what came by the dead-letter topic and cannot be read.</summary>
    public Task DispatchUnreadableAsync(Arrival arrival, RejectedEventException why, CancellationToken cancellationToken) =>
        handlers.DeadLettered(arrival, why, cancellationToken);

    private Task DispatchAsync(Arrival arrival, ReceivedEvent received, CancellationToken cancellationToken) => received.Type switch
    {
        RunRequested.EventType => handlers.RunRequested(RunRequestedReader.Read(received, catalogue), received, cancellationToken),
        FetchRequested.EventType => handlers.FetchRequested(FetchRequestedReader.Read(received.Data), received, cancellationToken),
        DeadLetter.OwnEventType => handlers.DeadLettered(arrival, null, cancellationToken),
        _ => throw new RejectedEventException(
            $"No event is of the type {Shown.Quoted(received.Type)}.", $"The nearest type is '{Nearest.To(received.Type, Entrance.Types)}'."),
    };
}

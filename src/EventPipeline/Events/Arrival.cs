using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// What came through the door, as far as it is understood: a pushed message, then the event in it, or why it is not
/// one. It always keeps the most that was understood.
/// </summary>
/// <param name="Entrance">The path it came in on.</param>
/// <param name="Message">The innermost message that was unwrapped.</param>
internal abstract record Arrival(Entrance Entrance, PushedMessage Message)
{
    /// <summary>The event; null unless the message was read as one.</summary>
    public ReceivedEvent? Event => (this as Read)?.Received;

    /// <summary>
    /// Takes one more step to understand it. If the step rejects it, what the earlier steps understood is kept. An
    /// arrival that is already read or unreadable is returned as it is.
    /// </summary>
    public Arrival Then(Func<Pushed, Arrival> step)
    {
        if (this is not Pushed pushed)
        {
            return this;
        }

        try
        {
            return step(pushed);
        }
        catch (RejectedEventException why)
        {
            return new Unreadable(Entrance, Message, why);
        }
    }

    /// <summary>A message that has yet to be unwrapped or read as an event.</summary>
    internal sealed record Pushed(Entrance Entrance, PushedMessage Message) : Arrival(Entrance, Message);

    /// <summary>A message that was read as an event.</summary>
    internal sealed record Read(Entrance Entrance, PushedMessage Message, ReceivedEvent Received)
        : Arrival(Entrance, Message);

    /// <summary>A message that is not an event or could not be unwrapped any further, and why.</summary>
    internal sealed record Unreadable(Entrance Entrance, PushedMessage Message, RejectedEventException Why)
        : Arrival(Entrance, Message);
}

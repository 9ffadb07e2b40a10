using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// A request on its way through the door: what is known of it grows while it is read, so that a rejection half-way keeps the most that
/// was understood.
/// </summary>
/// <param name="entrance">The path it came in by.</param>
/// <param name="message">The request itself, taken as a message.</param>
internal sealed class Arrival(Entrance entrance, PushedMessage message)
{
    public Entrance Entrance { get; } = entrance;

    /// <summary>The innermost message unwrapped so far.</summary>
    public PushedMessage Message { get; set; } = message;

    /// <summary>The event, once the message was read as one.</summary>
    public ReceivedEvent? Event { get; set; }
}

using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>A path that events come in on.</summary>
/// <param name="Path">The path.</param>
/// <param name="Type">The one event type it takes; null when the event's own type decides.</param>
internal sealed record Entrance(string Path, string? Type)
{
    public static Entrance RunRequests { get; } = new("/events/run-requested", RunRequested.EventType);

    public static Entrance FetchRequests { get; } = new("/events/fetch-requested", FetchRequested.EventType);

    public static Entrance DeadLetterTopic { get; } = new("/events/dead-lettered", null);

    /// <summary>Where Eventarc delivers.</summary>
    public static Entrance Any { get; } = new("/", null);

    public static IReadOnlyList<Entrance> All { get; } = [RunRequests, FetchRequests, DeadLetterTopic, Any];

    /// <summary>What telemetry calls it: the path's last part, or <c>event</c>.</summary>
    public string Name => Path.Length > 1 ? Path[(Path.LastIndexOf('/') + 1)..] : "event";

    /// <summary>Every event type that the service accepts.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        RunRequested.EventType,
        FetchRequested.EventType,
        DeadLetter.OwnEventType,
    ];
}

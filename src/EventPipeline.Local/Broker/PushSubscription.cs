using EventPipeline.Google.PubSub;

namespace EventPipeline.Local.Broker;

/// <summary>A push subscription to the service itself; the same three as deployed.</summary>
/// <param name="Name">Its id within the project.</param>
/// <param name="TopicId">The topic it belongs to.</param>
/// <param name="Path">The service's path that is pushed to.</param>
/// <param name="Wrapped">
/// Whether the push is JSON around the message, or the message's bytes with metadata as headers.
/// </param>
/// <param name="DeadLetterTopicId">Where messages go after too many attempts; null if they are tried forever.</param>
internal sealed record PushSubscription(
    string Name, string TopicId, string Path, bool Wrapped, string? DeadLetterTopicId)
{
    /// <summary>Every push subscription of the service. The completed topic has none: it is for others.</summary>
    public static IReadOnlyList<PushSubscription> All(PubSubOptions topics) =>
    [
        new(
            $"{topics.TriggerTopic}-push",
            topics.TriggerTopic,
            "/events/run-requested",
            Wrapped: true,
            topics.DeadLetterTopic),
        new(
            $"{topics.FetchTopic}-push",
            topics.FetchTopic,
            "/events/fetch-requested",
            Wrapped: false,
            topics.DeadLetterTopic),
        new(
            $"{topics.DeadLetterTopic}-push",
            topics.DeadLetterTopic,
            "/events/dead-lettered",
            Wrapped: true,
            DeadLetterTopicId: null),
    ];

    /// <summary>Its full name: <c>projects/P/subscriptions/S</c>.</summary>
    public string FullName(string projectId) => $"projects/{projectId}/subscriptions/{Name}";
}

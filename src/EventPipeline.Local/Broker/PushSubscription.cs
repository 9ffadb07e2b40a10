using EventPipeline.Google.PubSub;
using EventPipeline.Messages;

namespace EventPipeline.Local.Broker;

/// <summary>A push subscription to the service itself; the same as deployed.</summary>
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
    /// <summary>Which messages of the topic it gets, by their attributes; Pub/Sub compares names exactly.</summary>
    public Func<IReadOnlyDictionary<string, string>, bool> Takes { get; private init; } = _ => true;

    /// <summary>
    /// Every push subscription of the service. The completed topic has none: it is for others. Fetch messages have one
    /// for each vendor, and one for what none of these takes.
    /// </summary>
    /// <param name="topics">The topics.</param>
    /// <param name="vendors">The vendors' names; with none, one subscription takes every fetch message.</param>
    public static IReadOnlyList<PushSubscription> All(PubSubOptions topics, IReadOnlyCollection<string> vendors) =>
    [
        new(
            $"{topics.TriggerTopic}-push",
            topics.TriggerTopic,
            "/events/run-requested",
            Wrapped: true,
            topics.DeadLetterTopic),
        .. vendors.Select(vendor => Fetch(topics, $"{topics.FetchTopic}-{vendor}-push") with
        {
            Takes = attributes => VendorOf(attributes) == vendor,
        }),
        Fetch(topics, $"{topics.FetchTopic}-push") with
        {
            Takes = attributes => !vendors.Contains(VendorOf(attributes)),
        },
        new(
            $"{topics.DeadLetterTopic}-push",
            topics.DeadLetterTopic,
            "/events/dead-lettered",
            Wrapped: true,
            DeadLetterTopicId: null),
    ];

    /// <summary>Its full name: <c>projects/P/subscriptions/S</c>.</summary>
    public string FullName(string projectId) => $"projects/{projectId}/subscriptions/{Name}";

    private static PushSubscription Fetch(PubSubOptions topics, string name) => new(
        name, topics.FetchTopic, "/events/fetch-requested", Wrapped: false, topics.DeadLetterTopic);

    private static string? VendorOf(IReadOnlyDictionary<string, string> attributes) =>
        attributes.GetValueOrDefault(FetchAttributes.Vendor);
}

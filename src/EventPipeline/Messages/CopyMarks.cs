namespace EventPipeline.Messages;

/// <summary>
/// The attributes that Pub/Sub adds to a copy when it forwards a message to a dead-letter topic.
/// https://docs.cloud.google.com/pubsub/docs/dead-letter-topics
/// </summary>
internal static class CopyMarks
{
    public const string DeliveryCount = $"{Prefix}DeliveryCount";
    public const string Subscription = $"{Prefix}Subscription";
    public const string SubscriptionProject = $"{Prefix}SubscriptionProject";
    public const string TopicPublishTime = $"{Prefix}TopicPublishTime";

    /// <summary>Why the local broker could no longer read a message; it adds this to Pub/Sub's marks.</summary>
    public const string Unreadable = $"{Prefix}Unreadable";

    private const string Prefix = "CloudPubSubDeadLetterSource";

    /// <summary>Whether a name is one of them, in any case.</summary>
    public static bool Has(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}

namespace EventPipeline.Local.Broker;

/// <summary>Publishes messages to a topic of the broker; returns their ids.</summary>
internal delegate Task<IReadOnlyList<string>> PublishToTopic(
    string topicId, IReadOnlyList<PublishedMessage> messages, CancellationToken cancellationToken);

/// <summary>
/// Delivers a message once: it is acknowledged, or its attempt is counted, or, after too many, it is forwarded to the
/// dead-letter topic.
/// </summary>
/// <param name="store">Where messages are kept.</param>
/// <param name="pusher">Pushes them.</param>
/// <param name="options">How often, and what goes wrong on purpose.</param>
/// <param name="projectId">The subscriptions' project.</param>
/// <param name="publish">Publishes what is forwarded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was not acknowledged.</param>
/// <param name="stopped">Deliveries end: what is refused from now on is not counted.</param>
/// <param name="abandoned">Cuts off the deliveries that are still running.</param>
internal sealed partial class DeliveryAttempt(
    MessageStore store,
    Pusher pusher,
    BrokerOptions options,
    string projectId,
    PublishToTopic publish,
    TimeProvider time,
    ILogger logger,
    CancellationToken stopped,
    CancellationToken abandoned)
{
    /// <summary>Makes one attempt; true when the message is settled.</summary>
    public async Task<bool> MakeAsync(PushSubscription subscription, long id, int attempts)
    {
        var (message, unreadable) = await store.ReadAsync(subscription.Name, id, attempts, stopped);
        if (unreadable is not null)
        {
            await GiveUpAsync(subscription, id, attempts, unreadable);
            return true;
        }

        var attempt = attempts + 1;
        var answers = await Task.WhenAll(Enumerable.Range(0, options.Faults.Duplicate ? 2 : 1)
            .Select(_ => pusher.PushAsync(subscription, message!, attempt, abandoned)));
        if (answers.FirstOrDefault(answer => answer is not null) is not { } refusal)
        {
            store.Remove(subscription.Name, id, attempts);
            return true;
        }

        // A service that is shutting down may answer with an error; the message is not to blame.
        stopped.ThrowIfCancellationRequested();

        if (subscription.DeadLetterTopicId is not null && attempt >= options.MaxDeliveryAttempts)
        {
            await ForwardAsync(subscription, subscription.DeadLetterTopicId, message!, attempt);
            store.Remove(subscription.Name, id, attempts);
            Log.DeadLettered(logger, id, subscription.Name, attempt, refusal, subscription.DeadLetterTopicId);
            return true;
        }

        store.CountAttempt(subscription.Name, id, attempts);
        Log.Refused(logger, id, subscription.Name, attempt, refusal);
        return false;
    }

    /// <summary>
    /// A message that cannot be delivered becomes a dead letter, with what is known about it; a dead letter that cannot
    /// be delivered becomes another.
    /// </summary>
    private async Task GiveUpAsync(PushSubscription subscription, long id, int attempts, UnreadableMessage unreadable)
    {
        var message = unreadable.Message(id, time.GetUtcNow());
        var topic = subscription.DeadLetterTopicId ?? subscription.TopicId;
        if (subscription.DeadLetterTopicId is null && unreadable.Twin is not null)
        {
            await publish(
                topic,
                [new PublishedMessage(message.Data, message.Attributes, message.OrderingKey)],
                CancellationToken.None);
        }
        else
        {
            await ForwardAsync(subscription, topic, message, attempts, unreadable.Reason);
        }

        store.SetAside(subscription.Name, id, unreadable);
        Log.Unreadable(logger, id, subscription.Name, unreadable.Reason, topic);
    }

    private async Task ForwardAsync(
        PushSubscription subscription, string topicId, StoredMessage message, int attempts, string? unreadable = null)
    {
        var copy = DeadLetterCopy.Create(message, subscription, projectId, attempts, unreadable);
        await publish(topicId, [copy], CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "Attempt {Attempt} to deliver message {Id} of {Subscription} failed: {Reason}.")]
        public static partial void Refused(ILogger logger, long id, string subscription, int attempt, string reason);

        [LoggerMessage(2, LogLevel.Error,
            "Message {Id} of {Subscription} went to {DeadLetterTopic} after {Attempts} attempts, the last of which "
                + "failed: {Reason}.")]
        public static partial void DeadLettered(
            ILogger logger, long id, string subscription, int attempts, string reason, string deadLetterTopic);

        [LoggerMessage(3, LogLevel.Error, "Message {Id} of {Subscription} went to {DeadLetterTopic}. {Reason}")]
        public static partial void Unreadable(
            ILogger logger, long id, string subscription, string reason, string deadLetterTopic);
    }
}

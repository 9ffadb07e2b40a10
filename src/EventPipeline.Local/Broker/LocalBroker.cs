using System.Globalization;
using System.Runtime.InteropServices;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Broker;

/// <summary>
/// Pub/Sub on one machine: keeps what is published until the service acknowledges it, over HTTP and at least once. A
/// failed attempt is repeated after a backoff, and after too many the message is forwarded to the dead-letter topic.
/// </summary>
internal sealed partial class LocalBroker : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(5);

    private readonly MessageStore _store;
    private readonly Pusher _pusher;
    private readonly BrokerOptions _options;
    private readonly PubSubOptions _topics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly Dictionary<string, SemaphoreSlim> _slots;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenSource _abandoning = new();
    private readonly CancellationToken _stopped;
    private readonly CancellationToken _abandoned;
    private readonly Outstanding _outstanding = new();
    private bool _disposed;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LocalBroker(
        MessageStore store,
        Pusher pusher,
        IOptions<PubSubOptions> topics,
        IOptions<BrokerOptions> options,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        ILogger<LocalBroker> logger)
    {
        (_store, _pusher, _time, _logger) = (store, pusher, time, logger);
        (_topics, _options) = (topics.Value, options.Value);
        Subscriptions = PushSubscription.All(_topics);
        _slots = Subscriptions.ToDictionary(s => s.Name, _ => new SemaphoreSlim(_options.MaxOutstanding));
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        (_stopped, _abandoned) = (_stopping.Token, _abandoning.Token);
    }

    /// <summary>The subscriptions that messages are delivered for.</summary>
    public IReadOnlyList<PushSubscription> Subscriptions { get; }

    /// <summary>Where messages are kept.</summary>
    public string Folder => _store.Folder;

    /// <summary>
    /// How many messages of each subscription, by its name, are not acknowledged; those waiting for another attempt
    /// included.
    /// </summary>
    public IReadOnlyDictionary<string, int> CountOutstanding() =>
        Subscriptions.ToDictionary(s => s.Name, s => _outstanding.Count(s.Name));

    /// <summary>Returns once nothing is outstanding: every message was acknowledged, dead letters included.</summary>
    public Task WaitUntilIdleAsync(CancellationToken cancellationToken) =>
        _outstanding.WhenNone().WaitAsync(cancellationToken);

    /// <summary>
    /// Takes messages for a topic; once this returns they survive the process. A topic without subscriptions drops
    /// them.
    /// </summary>
    /// <returns>The message ids, in the order of the messages.</returns>
    public async Task<IReadOnlyList<string>> PublishAsync(
        string topicId, IReadOnlyList<PublishedMessage> messages, CancellationToken cancellationToken)
    {
        var published = _time.GetUtcNow();
        var ids = messages.Select(_ => _store.NextId()).ToList();
        foreach (var subscription in Subscriptions.Where(s => s.TopicId == topicId))
        {
            var kept = new List<(long, int)>();
            try
            {
                foreach (var (id, message) in ids.Zip(messages))
                {
                    var stored = new StoredMessage(
                        id, published, message.Data, message.Attributes, message.OrderingKey);
                    await _store.AddAsync(subscription.Name, stored, cancellationToken);
                    kept.Add((id, 0));
                }
            }
            finally
            {
                // Even if the disk filled up halfway: what was kept is delivered, and delivered again if the publisher
                // retries.
                Start(subscription, kept);
            }
        }

        return [.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))];
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var left = _store.Open(Subscriptions.Select(s => s.Name));
        foreach (var subscription in Subscriptions.Where(s => left.Contains(s.Name)))
        {
            var messages = left[subscription.Name].ToList();
            Log.FoundOutstanding(_logger, messages.Count, subscription.Name);
            Start(subscription, messages);
        }

        return Task.CompletedTask;
    }

    /// <summary>The service listens: deliveries begin.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>
    /// The service still listens: running deliveries may finish, no others begin. What has not finished after five
    /// seconds is abandoned and stays on disk.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var running = _outstanding.WhenEnded();
        try
        {
            await running.WaitAsync(StopsWithin, _time, cancellationToken);
        }
        catch (Exception ex) when (ex is TimeoutException or OperationCanceledException)
        {
            await _abandoning.CancelAsync();
            await running;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Abandons what is still running. The container calls it twice: for the broker, and for the same object as a
    /// hosted service.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        _abandoning.Cancel();
        _stopping.Dispose();
        _abandoning.Dispose();
    }

    private void Start(PushSubscription subscription, List<(long Id, int Attempts)> messages)
    {
        if (_options.Faults.ShuffleSeed is { } seed)
        {
            new Random(seed).Shuffle(CollectionsMarshal.AsSpan(messages));
        }

        var attempts = messages.ToDictionary(message => message.Id, message => message.Attempts);
        _outstanding.Begin(
            subscription.Name,
            messages.Select(message => message.Id),
            id => DeliverAsync(subscription, id, attempts[id]));
    }

    /// <summary>
    /// Delivers a message until it is acknowledged or forwarded; a message still outstanding is this task still
    /// running.
    /// </summary>
    private async Task DeliverAsync(PushSubscription subscription, long id, int attempts)
    {
        // The turn is taken before the first wait, so that messages are delivered in the order in which they began.
        var slot = _slots[subscription.Name];
        var turn = slot.WaitAsync(_stopped);
        await Task.Yield();
        try
        {
            await _started.Task.WaitAsync(_stopped);
            while (true)
            {
                TimeSpan backoff;
                await turn;
                try
                {
                    if (await AttemptAsync(subscription, id, attempts))
                    {
                        _outstanding.End(subscription.Name, id);
                        return;
                    }

                    attempts++;
                    backoff = _options.BackoffAfter(attempts);
                }
                catch (Exception ex) when (DiskTrouble.Is(ex))
                {
                    Log.DiskFailed(_logger, ex, id, subscription.Name, DiskTrouble.Tell(ex, _store.Folder));
                    backoff = _options.MaximumBackoff;
                }
                finally
                {
                    slot.Release();
                }

                await Task.Delay(backoff, _time, _stopped);
                turn = slot.WaitAsync(_stopped);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the message stays on disk, and outstanding.
        }
    }

    /// <summary>Makes one attempt; true when the message is settled.</summary>
    private async Task<bool> AttemptAsync(PushSubscription subscription, long id, int attempts)
    {
        var (message, unreadable) = await _store.ReadAsync(subscription.Name, id, attempts, _stopped);
        if (unreadable is not null)
        {
            await GiveUpAsync(subscription, id, attempts, unreadable);
            return true;
        }

        var attempt = attempts + 1;
        var answers = await Task.WhenAll(Enumerable.Range(0, _options.Faults.Duplicate ? 2 : 1)
            .Select(_ => _pusher.PushAsync(subscription, message!, attempt, _abandoned)));
        if (answers.FirstOrDefault(answer => answer is not null) is not { } refusal)
        {
            _store.Remove(subscription.Name, id, attempts);
            return true;
        }

        // A service that is shutting down may answer with an error; the message is not to blame.
        _stopped.ThrowIfCancellationRequested();

        if (subscription.DeadLetterTopicId is not null && attempt >= _options.MaxDeliveryAttempts)
        {
            await ForwardAsync(subscription, subscription.DeadLetterTopicId, message!, attempt);
            _store.Remove(subscription.Name, id, attempts);
            Log.DeadLettered(_logger, id, subscription.Name, attempt, refusal, subscription.DeadLetterTopicId);
            return true;
        }

        _store.CountAttempt(subscription.Name, id, attempts);
        Log.Refused(_logger, id, subscription.Name, attempt, refusal);
        return false;
    }

    /// <summary>
    /// A message that cannot be delivered becomes a dead letter, with what is known about it; a dead letter that cannot
    /// be delivered becomes another.
    /// </summary>
    private async Task GiveUpAsync(PushSubscription subscription, long id, int attempts, UnreadableMessage unreadable)
    {
        var message = unreadable.Message(id, _time.GetUtcNow());
        var topic = subscription.DeadLetterTopicId ?? subscription.TopicId;
        if (subscription.DeadLetterTopicId is null && unreadable.Twin is not null)
        {
            await PublishAsync(
                topic,
                [new PublishedMessage(message.Data, message.Attributes, message.OrderingKey)],
                CancellationToken.None);
        }
        else
        {
            await ForwardAsync(subscription, topic, message, attempts, unreadable.Reason);
        }

        _store.SetAside(subscription.Name, id, unreadable);
        Log.Unreadable(_logger, id, subscription.Name, unreadable.Reason, topic);
    }

    private async Task ForwardAsync(
        PushSubscription subscription, string topicId, StoredMessage message, int attempts, string? unreadable = null)
    {
        var copy = DeadLetterCopy.Create(message, subscription, _topics.ProjectId, attempts, unreadable);
        await PublishAsync(topicId, [copy], CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "Found {Count} unacknowledged messages of {Subscription}; they will be redelivered.")]
        public static partial void FoundOutstanding(ILogger logger, int count, string subscription);

        [LoggerMessage(
            2, LogLevel.Warning, "Attempt {Attempt} to deliver message {Id} of {Subscription} failed: {Reason}.")]
        public static partial void Refused(ILogger logger, long id, string subscription, int attempt, string reason);

        [LoggerMessage(3, LogLevel.Error,
            "Message {Id} of {Subscription} went to {DeadLetterTopic} after {Attempts} attempts, the last of which "
                + "failed: {Reason}.")]
        public static partial void DeadLettered(
            ILogger logger, long id, string subscription, int attempts, string reason, string deadLetterTopic);

        [LoggerMessage(4, LogLevel.Error, "Message {Id} of {Subscription} will be delivered later. {Trouble}")]
        public static partial void DiskFailed(
            ILogger logger, Exception exception, long id, string subscription, string trouble);

        [LoggerMessage(5, LogLevel.Error, "Message {Id} of {Subscription} went to {DeadLetterTopic}. {Reason}")]
        public static partial void Unreadable(
            ILogger logger, long id, string subscription, string reason, string deadLetterTopic);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Shared;
using EventPipeline.Vendors.Contract;
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
    private readonly BrokerOptions _options;
    private readonly DeliveryAttempt _attempt;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly Dictionary<string, SemaphoreSlim> _slots;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenSource _abandoning = new();
    private readonly CancellationToken _stopped;
    private readonly Outstanding _outstanding = new();
    private bool _disposed;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LocalBroker(
        MessageStore store,
        Pusher pusher,
        IOptions<PubSubOptions> topics,
        IOptions<BrokerOptions> options,
        KnownVendors vendors,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        ILogger<LocalBroker> logger)
    {
        (_store, _options, _time, _logger) = (store, options.Value, time, logger);
        Subscriptions = PushSubscription.All(topics.Value, [.. vendors.All.Select(vendor => vendor.Name)]);
        _slots = Subscriptions.ToDictionary(s => s.Name, _ => new SemaphoreSlim(_options.MaxOutstanding));
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        _stopped = _stopping.Token;
        _attempt = new DeliveryAttempt(
            store, pusher, _options, topics.Value.ProjectId, PublishAsync, time, logger, _stopped, _abandoning.Token);
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
                foreach (var (id, message) in ids.Zip(messages).Where(
                    pair => subscription.Takes(pair.Second.Attributes)))
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

    /// <summary>The service listens: deliveries begin, where there are any.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_options.Delivers)
        {
            _started.TrySetResult();
        }

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
                    if (await _attempt.MakeAsync(subscription, id, attempts))
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "Found {Count} unacknowledged messages of {Subscription}; they will be redelivered.")]
        public static partial void FoundOutstanding(ILogger logger, int count, string subscription);

        [LoggerMessage(2, LogLevel.Error, "Message {Id} of {Subscription} will be delivered later. {Trouble}")]
        public static partial void DiskFailed(
            ILogger logger, Exception exception, long id, string subscription, string trouble);
    }
}

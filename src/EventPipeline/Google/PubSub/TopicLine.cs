namespace EventPipeline.Google.PubSub;

/// <summary>
/// What is published to one topic: while a request is on its way, what comes meanwhile waits, and goes together in the
/// next one, as far as a request can hold it. Nobody waits for others, so a message that comes alone goes at once.
/// </summary>
/// <param name="send">Sends one request; what is wrong if the topic did not accept it. It does not throw.</param>
internal sealed class TopicLine(Func<IReadOnlyList<PublishBatch>, Task<PublishFailure?>> send)
{
    private readonly Lock _lock = new();
    private readonly Queue<Place> _waiting = [];
    private bool _isMoving;

    /// <summary>Publishes a batch, whole and in one request; returns when it is accepted.</summary>
    /// <remarks>Who gives up leaves the line; what is on its way by then may be published all the same.</remarks>
    /// <exception cref="TransientFailureException">The topic did not accept it.</exception>
    public async Task PublishAsync(PublishBatch batch, CancellationToken cancellationToken)
    {
        var place = new Place(batch, cancellationToken);
        lock (_lock)
        {
            _waiting.Enqueue(place);
            if (!_isMoving)
            {
                _isMoving = true;

                // A shared request is part of nobody's trace, so that nothing of the caller's context goes with it.
                ThreadPool.UnsafeQueueUserWorkItem(static line => _ = line.MoveAsync(), this, preferLocal: true);
            }
        }

        if (await place.Outcome.Task.WaitAsync(cancellationToken) is { } failure)
        {
            throw new TransientFailureException(failure.Message, failure.Cause);
        }
    }

    private async Task MoveAsync()
    {
        while (Next() is { Count: > 0 } group)
        {
            await SendAsync(group);
        }
    }

    private List<Place> Next()
    {
        lock (_lock)
        {
            var group = new List<Place>();
            var (messages, bytes) = (0, 0);
            while (_waiting.TryPeek(out var place))
            {
                if (!place.IsLeft)
                {
                    (messages, bytes) = (messages + place.Batch.Count, bytes + place.Batch.Body.Length);
                    var fits = messages <= PubSubLimits.MessagesPerRequest && bytes <= PubSubLimits.BytesPerRequest;
                    if (group.Count > 0 && !fits)
                    {
                        break;
                    }

                    group.Add(place);
                }

                _waiting.Dequeue();
            }

            _isMoving = group.Count > 0;
            return group;
        }
    }

    private async Task SendAsync(IReadOnlyList<Place> group)
    {
        var failure = await send([.. group.Select(place => place.Batch)]);
        if (failure is { MayBeOneMessage: true } && group.Count > 1)
        {
            // No message may fail another caller's.
            foreach (var place in group.Where(place => !place.IsLeft))
            {
                await SendAsync([place]);
            }

            return;
        }

        foreach (var place in group)
        {
            place.Outcome.TrySetResult(failure);
        }
    }

    private sealed class Place(PublishBatch batch, CancellationToken cancellationToken)
    {
        public PublishBatch Batch => batch;

        public bool IsLeft => cancellationToken.IsCancellationRequested;

        public TaskCompletionSource<PublishFailure?> Outcome { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

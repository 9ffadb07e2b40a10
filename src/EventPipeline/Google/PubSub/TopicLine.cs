namespace EventPipeline.Google.PubSub;

/// <summary>
/// What is published to one topic: one request is on its way at a time, and what comes meanwhile shares the next one.
/// </summary>
/// <param name="send">Sends one request; what is wrong if the topic did not accept it. It does not throw.</param>
internal sealed class TopicLine(Func<IReadOnlyList<PublishBatch>, Task<PublishFailure?>> send)
{
    private readonly SharedCalls<PublishBatch, PublishFailure?> _requests = new(
        send, Fits, failure => failure is { MayBeOneMessage: true });

    /// <summary>Publishes a batch, whole and in one request; returns when it is accepted.</summary>
    /// <exception cref="TransientFailureException">The topic did not accept it.</exception>
    public async Task PublishAsync(PublishBatch batch, CancellationToken cancellationToken)
    {
        if (await _requests.CallAsync(batch, cancellationToken) is { } failure)
        {
            throw new TransientFailureException(failure.Message, failure.Cause);
        }
    }

    private static bool Fits(IReadOnlyList<PublishBatch> batches, PublishBatch next) =>
        batches.Sum(batch => batch.Count) + next.Count <= PubSubLimits.MessagesPerRequest
        && batches.Sum(batch => (long)batch.Body.Length) + next.Body.Length <= PubSubLimits.BytesPerRequest;
}

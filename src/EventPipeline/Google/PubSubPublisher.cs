using EventPipeline.FanOut;

namespace EventPipeline.Google;

/// <summary>
/// Publishes over Pub/Sub's REST API, <c>POST /v1/projects/P/topics/T:publish</c>: to Pub/Sub, its emulator, or the local broker,
/// which speaks the same.
/// </summary>
public sealed class PubSubPublisher
{
    /// <summary>Publishes messages to a topic; returns when all are accepted. A retried call may publish duplicates.</summary>
    /// <exception cref="TransientFailureException">The topic did not take them.</exception>
    public Task PublishAsync(Topic topic, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken) =>
        throw new TransientFailureException("written next");
}

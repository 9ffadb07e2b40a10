namespace EventPipeline.Messages;

/// <summary>Publishes messages to a topic; returns when all are accepted.</summary>
/// <exception cref="TransientFailureException">The topic did not accept them.</exception>
internal delegate Task PublishMessages(
    Topic topic, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken);

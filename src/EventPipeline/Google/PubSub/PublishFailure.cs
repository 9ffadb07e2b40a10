namespace EventPipeline.Google.PubSub;

/// <summary>Why a topic did not accept a request.</summary>
/// <param name="Message">What happened, with the topic.</param>
/// <param name="Cause">The failure underneath, where there is one.</param>
internal sealed record PublishFailure(string Message, Exception? Cause = null)
{
    /// <summary>Whether one message of several may be at fault.</summary>
    public bool MayBeOneMessage { get; init; }
}

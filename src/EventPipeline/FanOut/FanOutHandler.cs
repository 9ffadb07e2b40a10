using EventPipeline.Trigger;

namespace EventPipeline.FanOut;

/// <summary>One run becomes one message per window.</summary>
internal sealed class FanOutHandler
{
    public Task HandleAsync(RunRequested message, ReceivedEvent received, CancellationToken cancellationToken) =>
        throw new NotSupportedException("written next");
}

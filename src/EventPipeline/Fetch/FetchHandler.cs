using EventPipeline.FanOut;
using EventPipeline.Trigger;

namespace EventPipeline.Fetch;

/// <summary>A window becomes records, then rows.</summary>
internal sealed class FetchHandler
{
    public Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken) =>
        throw new NotSupportedException("written next");
}

using EventPipeline.Google.PubSub;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EventPipeline.Hosting;

/// <summary>The message publisher answers.</summary>
internal sealed class PublisherCheck(PubSubPublisher publisher) : IHealthCheck
{
    public const string Name = "publisher";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken)
    {
        await publisher.PingAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}

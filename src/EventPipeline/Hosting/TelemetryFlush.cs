using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace EventPipeline.Hosting;

/// <summary>
/// Flushes telemetry before the process ends. A collector that does not answer must not use up the seconds that Cloud
/// Run allows, so the wait is short; by default OpenTelemetry would wait five seconds for traces and five for metrics.
/// </summary>
internal sealed class TelemetryFlush(TracerProvider traces, MeterProvider metrics) : IHostedLifecycleService
{
    private const int PatienceMilliseconds = 1_500;

    /// <summary>Everything has stopped: nothing more will be measured.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces.Shutdown(PatienceMilliseconds), CancellationToken.None),
        Task.Run(() => metrics.Shutdown(PatienceMilliseconds), CancellationToken.None));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

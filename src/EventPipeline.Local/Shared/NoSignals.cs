namespace EventPipeline.Local.Shared;

/// <summary>
/// A host that does not listen to signals: the program does, and stops its hosts in order. A simulator that stopped by
/// itself would fail the requests of what is still being read.
/// </summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

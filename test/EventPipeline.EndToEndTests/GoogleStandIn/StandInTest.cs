using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>A test of the stand-in itself, with a process and a folder of its own.</summary>
public abstract class StandInTest : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    private protected GoogleStandIn StandIn { get; private set; } = null!;

    private protected StandInClient BigQuery => new(StandIn);

    public virtual async ValueTask InitializeAsync() =>
        StandIn = await GoogleStandIn.StartAsync(Path.Combine(folder.Path, "google"));

    public async ValueTask DisposeAsync()
    {
        await StandIn.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

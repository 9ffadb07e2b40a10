using System.CommandLine;
using EventPipeline.Commands;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>Our stand-in for Google as a process, its dataset made by the service's own command.</summary>
public sealed class StandInWarehouse : WarehouseServer
{
    private readonly TemporaryFolder folder = new();
    private GoogleStandIn? standIn;

    /// <summary>The process.</summary>
    internal GoogleStandIn Google => standIn!;

    /// <summary>There always is one.</summary>
    public override void Require()
    {
    }

    private protected override async Task<string?> StartAsync()
    {
        standIn = await GoogleStandIn.StartAsync(Path.Combine(folder.Path, "google"), "--anonymous");
        return standIn.Host;
    }

    private protected override async Task MakeTablesAsync()
    {
        using var error = new StringWriter();
        var applied = await new SchemaApply(new InvocationConfiguration { Output = TextWriter.Null, Error = error })
            .ExecuteAsync(Schema, Dataset, TestContext.Current.CancellationToken);
        applied.ShouldBeTrue(error.ToString());
    }

    private protected override async ValueTask StopAsync()
    {
        await (standIn?.DisposeAsync() ?? ValueTask.CompletedTask);
        folder.Dispose();
    }
}

using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;

namespace EventPipeline.Benchmarks.Windows;

/// <summary>
/// What a window costs in requests to Google, counted by the stand-in: a first run of the deployable over the simulated
/// vendors, which fills the gaps of a month, and one that finds nothing new. Counts are exact, so one round is enough.
/// </summary>
internal static class WindowTopic
{
    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("A window");
        await using var vendors = await SimulatedVendors.StartAsync(bench, cancellationToken);
        var settings = vendors.Settings(isOne: bench.IsSmoke);
        await using var cloud = await Cloud.StartAsync(bench, settings, cancellationToken);
        await using var service = await cloud.StartServiceAsync(cancellationToken);
        cloud.Topics.PushTo(service);
        foreach (var name in (string[])["first run", "unchanged run"])
        {
            await Bench.TellAsync($"A window: {name} …");
            await cloud.Google.ForgetRequestsAsync(cancellationToken);
            var runId = await service.RunAsync(cloud.OperatorToken, cancellationToken);
            await cloud.Topics.RunEndedAsync(runId, cancellationToken);
            var costs = await WindowCosts.OfRunAsync(cloud.Google, runId, cancellationToken);
            costs.AddTo(table, name);
        }

        return [table];
    }
}

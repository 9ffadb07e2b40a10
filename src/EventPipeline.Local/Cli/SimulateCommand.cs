using EventPipeline.Local.Shared;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Cli;

/// <summary>Serves only the simulated vendors, for any program that reads their APIs.</summary>
internal static class SimulateCommand
{
    public static async Task<int> ExecuteAsync(LocalSettings settings, int port, CancellationToken cancellationToken)
    {
        await using var simulator = SimulatorApplication.Build(
            new SimulatorOptions(settings.Seed, settings.Clock), port, SimulatedVendors.All);
        await simulator.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"SIMULATED vendors on {simulator.Urls.First()}");
        foreach (var account in SimulatedVendors.All.SelectMany(vendor => vendor.Accounts(settings.Seed)))
        {
            await Console.Out.WriteLineAsync($"{account.Vendor} account {account.Name}, key {account.Key}");
        }

        await simulator.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}

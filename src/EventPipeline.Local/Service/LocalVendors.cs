using System.CommandLine;
using EventPipeline.Commands;
using EventPipeline.Local.Shared;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Vendors;

namespace EventPipeline.Local.Service;

/// <summary>The vendors of one machine: those that are configured, or else the simulated ones.</summary>
internal static class LocalVendors
{
    /// <summary>Opens the settings of those that are configured, and nothing that answers.</summary>
    public static Task<OpenedVendors> OpenSettings(ParseResult parsed, CancellationToken cancellationToken) =>
        Task.FromResult(Configured());

    /// <summary>Opens them; the simulator runs for as long.</summary>
    public static async Task<OpenedVendors> OpenAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        if (LocalService.HasConfiguredAccounts(LocalService.Settings()))
        {
            return Configured();
        }

        var simulator = SimulatorApplication.Build(
            new SimulatorOptions(settings.Seed, settings.Clock), 0, SimulatedVendors.All);
        try
        {
            await simulator.StartAsync(cancellationToken);
            var accounts = SimulatedSettings.Create(settings.Seed, new Uri(simulator.Urls.First()));
            var host = CommandHost.Build(builder =>
            {
                builder.Configuration.AddInMemoryCollection(accounts);
                builder.Services.AddVendors();
            });
            return new OpenedVendors(host, settings.Clock, simulator);
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }
    }

    private static OpenedVendors Configured() =>
        new(CommandHost.Build(builder => builder.Services.AddVendors()), TimeProvider.System);
}

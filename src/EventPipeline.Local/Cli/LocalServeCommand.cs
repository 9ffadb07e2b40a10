using System.Globalization;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;

namespace EventPipeline.Local.Cli;

/// <summary>Stays up until it is stopped, and prints where it listens.</summary>
internal static class LocalServeCommand
{
    public static async Task<int> ExecuteAsync(LocalSettings settings, int? port, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        if (folder.TryLock() is not { } taken)
        {
            throw new UsageException(
                $"Another process is using {folder.Path}. Stop it, or choose another folder with --data.");
        }

        await using var service = await LocalService.StartAsync(
            folder, taken, settings, port ?? PortFromEnvironment(), LogLevel.Information, cancellationToken);
        await Console.Out.WriteLineAsync($"Listening on {service.Address.AbsoluteUri.TrimEnd('/')}");
        await Console.Out.WriteLineAsync(service.SimulatorAddress is { } simulator
            ? $"SIMULATED vendors on {simulator.AbsoluteUri.TrimEnd('/')}, data in {folder.Path}"
            : $"Data in {folder.Path}");
        await Console.Out.WriteLineAsync($"Start a run: curl -X POST {service.Address.AbsoluteUri}run-daily-job");
        await service.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static int PortFromEnvironment()
    {
        var text = Environment.GetEnvironmentVariable("PORT");
        return string.IsNullOrEmpty(text) ? 8080
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port
            : throw new UsageException($"PORT is '{text}'; give a number from 0 to 65535.");
    }
}

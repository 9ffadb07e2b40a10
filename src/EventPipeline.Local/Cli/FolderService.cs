using EventPipeline.Commands;
using EventPipeline.Local.Broker;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;

namespace EventPipeline.Local.Cli;

/// <summary>
/// The service of a data folder, for a command that asks it: the one that uses the folder, or else one of the command's
/// own, which leaves the messages in the folder to the next that serves.
/// </summary>
internal static class FolderService
{
    public static async Task<OpenedService> OpenAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Existing(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        if (folder.TryLock() is not { } taken)
        {
            return new OpenedService(
                new HttpClient { BaseAddress = await RunningService.AddressAsync(folder, cancellationToken) });
        }

        var service = await LocalService.StartAsync(
            folder,
            taken,
            settings,
            0,
            LogLevel.Error,
            builder => builder.Services.PostConfigure<BrokerOptions>(options => options.Delivers = false),
            cancellationToken);
        return new OpenedService(new HttpClient { BaseAddress = service.Address }, service);
    }

    /// <summary>The same, but one of the command's own works on what it is asked for until the command ends.</summary>
    public static async Task<OpenedService> OpenAtWorkAsync(
        LocalSettings settings, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        if (folder.TryLock() is not { } taken)
        {
            return new OpenedService(
                new HttpClient
                {
                    BaseAddress = await RunningService.AddressAsync(folder, settings, cancellationToken),
                });
        }

        var service = await LocalService.StartAsync(folder, taken, settings, 0, LogLevel.Error, cancellationToken);
        return new OpenedService(new HttpClient { BaseAddress = service.Address }, service, isAtWork: true);
    }
}

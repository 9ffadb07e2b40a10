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
        var folder = DataFolder.Existing(settings.Folder, IsSimulated());
        return folder.TryLock() is { } taken
            ? await StartAsync(folder, taken, settings, delivers: false, cancellationToken)
            : Of(await RunningService.AddressAsync(folder, cancellationToken));
    }

    /// <summary>
    /// The same, for a command that requests runs: one of its own works on them until the command ends, unless nothing
    /// is to be changed.
    /// </summary>
    public static async Task<OpenedService> OpenAtWorkAsync(
        LocalSettings settings, bool delivers, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings.Folder, IsSimulated());
        return folder.TryLock() is { } taken
            ? await StartAsync(folder, taken, settings, delivers, cancellationToken)
            : Of(await RunningService.AddressAsync(folder, settings, cancellationToken));
    }

    private static bool IsSimulated() => !LocalService.HasConfiguredAccounts(LocalService.Settings());

    private static async Task<OpenedService> StartAsync(
        DataFolder folder,
        FileStream taken,
        LocalSettings settings,
        bool delivers,
        CancellationToken cancellationToken)
    {
        var service = await LocalService.StartAsync(
            folder,
            taken,
            settings,
            0,
            LogLevel.Error,
            builder => builder.Services.PostConfigure<BrokerOptions>(options => options.Delivers = delivers),
            cancellationToken);
        return Of(service.Address, service, delivers);
    }

    private static OpenedService Of(Uri address, IAsyncDisposable? own = null, bool isAtWork = false) =>
        new(new HttpClient { BaseAddress = address }, own, isAtWork);
}

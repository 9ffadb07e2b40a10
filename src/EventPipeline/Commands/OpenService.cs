using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>Opens the service that a command asks.</summary>
internal delegate Task<OpenedService> OpenService(ParseResult arguments, CancellationToken cancellationToken);

/// <summary>A service for as long as a command needs it.</summary>
/// <param name="http">Sends to its address, with what it wants to see of a caller.</param>
/// <param name="own">The command's own service, which ends with it; null where another process serves.</param>
/// <param name="isAtWork">Whether the command's own service delivers messages.</param>
internal sealed class OpenedService(HttpClient http, IAsyncDisposable? own = null, bool isAtWork = false)
    : IAsyncDisposable
{
    public ServiceClient Client { get; } = new(http, isAtWork: own is null || isAtWork, isOwn: own is not null);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }
}

internal static class OpenServiceExtensions
{
    /// <summary>Opens the service, asks it, and closes it.</summary>
    /// <returns>
    /// The exit code: the action's; 1 if the service does not do that as things are; 3 if it could not be reached, or
    /// refused the caller.
    /// </returns>
    public static async Task<int> AskAsync(
        this OpenService open,
        ParseResult arguments,
        Func<ServiceClient, Task<int>> action,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var service = await open(arguments, cancellationToken);
            return await action(service.Client);
        }
        catch (ConflictException conflict)
        {
            await arguments.InvocationConfiguration.Error.WriteLineAsync(conflict.Message);
            return 1;
        }
        catch (TransientFailureException failure)
        {
            await arguments.InvocationConfiguration.Error.WriteLineAsync(failure.Message);
            return 3;
        }
    }
}

using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>Opens the service that a command asks.</summary>
internal delegate Task<OpenedService> OpenService(ParseResult arguments, CancellationToken cancellationToken);

/// <summary>A service for as long as a command needs it.</summary>
/// <param name="http">Sends to its address, with what it wants to see of a caller.</param>
/// <param name="owner">What is disposed with it; null for nothing.</param>
internal sealed class OpenedService(HttpClient http, IAsyncDisposable? owner = null) : IAsyncDisposable
{
    public ServiceClient Client { get; } = new(http);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (owner is not null)
        {
            await owner.DisposeAsync();
        }
    }
}

internal static class OpenServiceExtensions
{
    /// <summary>Opens the service, asks it, and closes it.</summary>
    /// <returns>The exit code: the action's, or 3 if the service could not be reached or refused the caller.</returns>
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
        catch (TransientFailureException failure)
        {
            await arguments.InvocationConfiguration.Error.WriteLineAsync(failure.Message);
            return 3;
        }
    }
}

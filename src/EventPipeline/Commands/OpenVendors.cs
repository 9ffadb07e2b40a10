using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>Opens the vendors that a command asks.</summary>
internal delegate Task<OpenedVendors> OpenVendors(ParseResult arguments, CancellationToken cancellationToken);

/// <summary>The vendors, their accounts and their secrets, for as long as a command needs them.</summary>
/// <param name="host">What they are registered in.</param>
/// <param name="today">Says which day it is, UTC; a simulated vendor's day may be another.</param>
/// <param name="owned">What else is disposed with it; null for nothing.</param>
internal sealed class OpenedVendors(IHost host, TimeProvider today, IAsyncDisposable? owned = null) : IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    public TimeProvider Today { get; } = today;

    public async ValueTask DisposeAsync()
    {
        host.Dispose();
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }
}

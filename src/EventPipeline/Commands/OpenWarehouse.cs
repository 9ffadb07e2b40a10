using System.CommandLine;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>Opens the warehouse that a command works on.</summary>
internal delegate Task<OpenedWarehouse> OpenWarehouse(ParseResult arguments, CancellationToken cancellationToken);

/// <summary>A warehouse for as long as a command needs it.</summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="dataset">The production dataset.</param>
/// <param name="owner">What is disposed with it.</param>
internal sealed class OpenedWarehouse(IWarehouse warehouse, string dataset, object owner) : IAsyncDisposable
{
    public IWarehouse Warehouse { get; } = warehouse;

    public string Dataset { get; } = dataset;

    public async ValueTask DisposeAsync()
    {
        if (owner is IAsyncDisposable later)
        {
            await later.DisposeAsync();
        }
        else
        {
            (owner as IDisposable)?.Dispose();
        }
    }
}

using System.Runtime.InteropServices;

namespace EventPipeline.Hosting;

/// <summary>
/// Ctrl-C and SIGTERM, from the first instruction on: the first one cancels what the program does, the second ends it
/// at once. Whatever is cut off is kept, as after a crash.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    /// <summary>
    /// The exit code of a program that was stopped before it had ended by itself, by whichever signal: 128 and the
    /// number of SIGINT, as shells have it.
    /// </summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;

    public StopSignal() =>
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }
            .Select(signal => PosixSignalRegistration.Create(signal, Receive))];

    /// <summary>Cancelled when a signal arrives.</summary>
    public CancellationToken Token => _stopped.Token;

    /// <summary>How long what is cancelled may take to end by itself.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs something until it ends, or until a signal has arrived and patience has run out.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<int> RunAsync(Func<StopSignal, Task<int>> command)
    {
        var running = Task.Run(() => command(this));
        return await Task.WhenAny(running, OutOfPatienceAsync()) == running
            ? await running
            : throw new OperationCanceledException(Token);
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _stopped.Dispose();
    }

    private async Task OutOfPatienceAsync()
    {
        await _received.Task;
        await Task.Delay(Patience, TimeProvider.System);
    }

    private void Receive(PosixSignalContext context)
    {
        context.Cancel = _received.TrySetResult();
        if (!context.Cancel)
        {
            Environment.Exit(ExitCode);
        }

        try
        {
            _stopped.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}

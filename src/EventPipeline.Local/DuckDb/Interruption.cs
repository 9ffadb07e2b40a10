using DuckDB.NET.Data;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Ends a command that is no longer wanted. DuckDB forgets an interruption that arrives before the command has begun,
/// so it is repeated until the command has ended.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly DuckDBCommand _command;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _registration;
    private bool _isOver;

    public Interruption(DuckDBCommand command, CancellationToken cancellationToken)
    {
        _command = command;
        _timer = TimeProvider.System.CreateTimer(
            _ => Interrupt(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration = cancellationToken.Register(() => _timer.Change(TimeSpan.Zero, Again));
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _isOver = true;
        }

        _timer.Dispose();
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _command.Cancel();
            }
        }
    }
}

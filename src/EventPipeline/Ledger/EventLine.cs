using System.Text;
using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>Turns events into lines of <c>run_events</c>, one buffer for all.</summary>
internal sealed class EventLine : IDisposable
{
    private const int LongestName = 64;

    private readonly JsonLine _line = new();

    /// <summary>The line; valid until the next call.</summary>
    /// <param name="row">The columns of the event, as <see cref="RunEvents"/> inserts them.</param>
    public ReadOnlyMemory<byte> Write(IReadOnlyDictionary<string, object?> row)
    {
        _line.Restart(behind: 1);
        Span<byte> utf8 = stackalloc byte[LongestName];
        foreach (var (column, value) in row)
        {
            var name = utf8[..Encoding.UTF8.GetBytes(column, utf8)];
            switch (value)
            {
                case null:
                    break;
                case string text:
                    _line.Add(name, text);
                    break;
                case long number:
                    _line.Add(name, number);
                    break;
                case DateOnly day:
                    _line.Add(name, day);
                    break;
                case DateTimeOffset time:
                    _line.Add(name, time);
                    break;
                default:
                    throw new InvalidOperationException($"The column {column} holds a {value.GetType().Name}.");
            }
        }

        _line.End();
        _line.Written.Span[0] = (byte)'{';
        return _line.Written;
    }

    public void Dispose() => _line.Dispose();
}

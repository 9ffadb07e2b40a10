using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>A clock that tells when something begins to wait, so that a test moves time then and not before.</summary>
internal sealed class WaitingClock() : FakeTimeProvider(VendorBench.Now)
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ToldTimer(base.CreateTimer(callback, state, dueTime, period), _waits.Writer);
        timer.Tell(dueTime);
        return timer;
    }

    /// <summary>Waits until a wait in this range has begun, and moves time to its end.</summary>
    public async Task<TimeSpan> PassAsync(TimeSpan shortest, TimeSpan longest)
    {
        while (true)
        {
            var wait = await _waits.Reader.ReadAsync(TestContext.Current.CancellationToken);
            if (shortest <= wait && wait <= longest)
            {
                Advance(wait);
                return wait;
            }
        }
    }

    public Task PassAsync(int seconds) => PassAsync(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds));

    /// <summary>Token sources set their time after they have made their timer.</summary>
    private sealed class ToldTimer(ITimer timer, ChannelWriter<TimeSpan> waits) : ITimer
    {
        public void Tell(TimeSpan dueTime)
        {
            if (dueTime > TimeSpan.Zero)
            {
                waits.TryWrite(dueTime);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            Tell(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}

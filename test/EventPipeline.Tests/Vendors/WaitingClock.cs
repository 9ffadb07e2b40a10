using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>A clock that tells when something begins to wait, so that a test moves time then and not before.</summary>
internal sealed class WaitingClock() : FakeTimeProvider(VendorBench.Now)
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            _waits.Writer.TryWrite(dueTime);
        }

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
}

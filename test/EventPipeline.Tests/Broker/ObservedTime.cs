using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Broker;

/// <summary>
/// A clock moved by hand that tells what is being waited for, so that a test moves it only once someone waits.
/// </summary>
internal sealed class ObservedTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 6, 0, 0, 123, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>The next wait that began, deadlines of pushes left aside.</summary>
    public async Task<TimeSpan> NextBackoffAsync()
    {
        TimeSpan wait;
        do
        {
            wait = await waits.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
        while (wait == TimeSpan.FromSeconds(600));
        return wait;
    }

    /// <summary>Waits until a push has its deadline.</summary>
    public async Task NextDeadlineAsync()
    {
        while (await waits.Reader.ReadAsync(TestContext.Current.CancellationToken) != TimeSpan.FromSeconds(600))
        {
        }
    }
}

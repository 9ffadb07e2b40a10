namespace EventPipeline.Tests.Service;

/// <summary>
/// The real time, in which the waits between a vendor's refusals (half a second to 20 s) pass a thousand times faster.
/// </summary>
internal sealed class HurriedTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime.TotalSeconds is >= 0.5 and <= 20 ? dueTime / 1000 : dueTime, period);
}

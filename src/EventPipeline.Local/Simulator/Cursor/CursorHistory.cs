using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>
/// Which days there are: older ones are no longer kept, and are answered with nothing, not with an error.
/// </summary>
internal static class CursorHistory
{
    private const int Days = 180;

    public static bool IsKept(SimulatorOptions options, DateOnly day)
    {
        var today = options.Clock.Today();
        return day > today.AddDays(-Days) && day <= today;
    }
}

using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>
/// How many windows beyond what daily runs need may be published today. A window takes one load job per table at most.
/// </summary>
/// <param name="Left">Windows that might wait, and need not.</param>
internal sealed record LoadBudget(int Left)
{
    // The rest is for attempts that fail, which count too, and for the few windows that people request by hand.
    private const int PercentPlanned = 80;
    private const int Few = 25;

    /// <summary>What a day has left.</summary>
    /// <param name="maxLoadsPerDay">How many load jobs a table takes in a day, failed ones included.</param>
    /// <param name="dailyWindows">
    /// How many windows of today's daily run may take one, whether it has come or not.
    /// </param>
    /// <param name="published">How many windows were published today that might have waited.</param>
    public static LoadBudget Create(int maxLoadsPerDay, int dailyWindows, long published) =>
        new((int)Math.Max(0, (maxLoadsPerDay * PercentPlanned / 100) - dailyWindows - published));

    /// <summary>
    /// How many windows a daily run has at most: a day that is new, the days that the vendor may still restate, and a
    /// snapshot of each report that has no past.
    /// </summary>
    public static int DailyWindows(IEnumerable<Report> reports) => reports.Sum(report =>
        report.HasPast ? 1 + ((report.SettledAfterDays + report.MaxWindowDays - 1) / report.MaxWindowDays) : 1);

    /// <summary>Whether any of a plan's windows might have to wait. A few never do: somebody asked for them.</summary>
    public static bool Matters(IReadOnlyList<PlannedWindow> windows) => windows.Count(planned => planned.MayWait) > Few;

    /// <summary>
    /// The windows of a plan, those first that are published with it. Of the days that somebody asked for the newest
    /// are published, and the others wait. Gaps come after them, the oldest first, before no run looks for them any
    /// more; the others are left to the next run, which finds them again.
    /// </summary>
    public IReadOnlyList<PlannedWindow> Apply(IReadOnlyList<PlannedWindow> windows)
    {
        var late = windows.Where(planned => planned.MayWait)
            .OrderBy(planned => planned.Why == WindowReason.Gap)
            .ThenBy(planned => planned.Why == WindowReason.Gap
                ? planned.Window.From.DayNumber
                : -planned.Window.To.DayNumber)
            .Skip(Math.Max(Left, Few))
            .ToList();
        var isLate = late.ToHashSet();
        return
        [
            .. windows.Where(planned => !isLate.Contains(planned)),
            .. late.Where(planned => planned.Why != WindowReason.Gap)
                .Select(planned => planned with { Waiting = true }),
            .. late.Where(planned => planned.Why == WindowReason.Gap)
                .Select(planned => planned with { Skipped = true, Why = WindowReason.LeftForLater }),
        ];
    }
}

using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>
/// How many load jobs a day has for windows that may wait, and how many windows share one. A message takes one load job
/// per table at most, or what a load of many days amounts to.
/// </summary>
/// <param name="Left">Load jobs for windows that might wait, and need not.</param>
/// <param name="DailyGroup">How many windows of a daily run share a message; 1 where each can have its own.</param>
internal sealed record LoadBudget(int Left, int DailyGroup = 1)
{
    // The rest is for attempts that fail, which count too, and for the few windows that people request by hand.
    private const int PercentPlanned = 80;
    private const int PercentDaily = 60;

    // The last group of a vendor is smaller than the others, and a window with many rows is alone.
    private const int PercentFull = 75;

    // What one message asks for has to be read in one attempt.
    private const int MaxGroup = 64;
    private const int Few = 25;

    /// <summary>Where nothing limits the load jobs: no window waits, and each has a message of its own.</summary>
    public static LoadBudget Unlimited { get; } = new(int.MaxValue) { BackfillGroup = 1 };

    /// <summary>How many windows of a backfill share a message.</summary>
    private int BackfillGroup { get; init; } = 8;

    /// <summary>What a day has left.</summary>
    /// <param name="maxLoadsPerDay">How many load jobs a table takes in a day, failed ones included.</param>
    /// <param name="dailyWindows">
    /// How many windows of today's daily run may take one, whether it has come or not.
    /// </param>
    /// <param name="published">
    /// How many load jobs were published for today, of windows that might have waited.
    /// </param>
    public static LoadBudget Create(int maxLoadsPerDay, int dailyWindows, long published)
    {
        var mostDaily = Math.Max(1, maxLoadsPerDay * PercentDaily / 100);
        var group = dailyWindows <= mostDaily ? 1 : Math.Min(MaxGroup, Share(dailyWindows, mostDaily));
        var daily = group == 1 ? dailyWindows : Share(dailyWindows, group);
        return new LoadBudget((int)Math.Max(0, (maxLoadsPerDay * PercentPlanned / 100) - daily - published), group);

        static int Share(int windows, int among) => (int)Math.Ceiling(windows * 100.0 / PercentFull / among);
    }

    /// <summary>
    /// How many windows a daily run has at most: a day that is new, the days that the vendor may still restate, and a
    /// snapshot of each report that has no past.
    /// </summary>
    public static int DailyWindows(IEnumerable<Report> reports) => reports.Sum(report =>
        report.HasPast ? 1 + ((report.MostRestatedDays + report.MaxWindowDays - 1) / report.MaxWindowDays) : 1);

    /// <summary>Whether any of a plan's windows might have to wait. A few never do: somebody asked for them.</summary>
    public static bool Matters(IReadOnlyList<PlannedWindow> windows) => windows.Count(planned => planned.MayWait) > Few;

    /// <summary>The windows that are published together, a group for each message.</summary>
    public IEnumerable<IReadOnlyList<PlannedWindow>> Groups(IReadOnlyList<PlannedWindow> windows) =>
        WindowGroups.Of(windows, SizeOf(windows));

    /// <summary>
    /// The windows of a plan, those first that are published with it. Of the days that somebody asked for the newest
    /// are published, and the others wait. Gaps come after them, the oldest first, before no run looks for them any
    /// more; the others are left to the next run, which finds them again.
    /// </summary>
    public IReadOnlyList<PlannedWindow> Apply(IReadOnlyList<PlannedWindow> windows)
    {
        List<PlannedWindow> mayWait =
        [
            .. windows.Where(planned => planned.MayWait)
                .OrderBy(planned => planned.Why == WindowReason.Gap)
                .ThenBy(planned => planned.Why == WindowReason.Gap
                    ? planned.Window.From.DayNumber
                    : -planned.Window.To.DayNumber),
        ];
        var late = mayWait.Skip(Math.Max(Few, Fitting(mayWait))).ToList();
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

    /// <summary>
    /// The windows of a run that are published when somebody resumes it, in their order: what a daily run reads and, if
    /// they are few, the others, whatever is left; if they are many, as many as can be.
    /// </summary>
    public IReadOnlyList<PlannedWindow> ForResumed(IReadOnlyList<PlannedWindow> windows)
    {
        List<PlannedWindow> mayWait = [.. windows.Where(planned => planned.MayWait)];
        var late = mayWait.Skip(Matters(windows) ? Fitting(mayWait) : mayWait.Count).ToHashSet();
        return [.. windows.Where(planned => !late.Contains(planned))];
    }

    /// <summary>
    /// What each later day publishes of the windows that wait, if it has as much left as this one and nothing else
    /// waits; it ends before all are published where that is nothing.
    /// </summary>
    public IEnumerable<IReadOnlyList<PlannedWindow>> LaterDays(IReadOnlyList<PlannedWindow> waiting)
    {
        var left = new ArraySegment<PlannedWindow>([.. waiting]);
        while (left.Count > 0 && Fitting(left) is var fitting and > 0)
        {
            yield return left[..fitting];
            left = left[fitting..];
        }
    }

    /// <summary>How many windows of a list, from its beginning, can be published.</summary>
    public int Fitting(IReadOnlyList<PlannedWindow> windows) => WindowGroups.Fitting(windows, SizeOf(windows), Left);

    private Func<PlannedWindow, int> SizeOf(IReadOnlyList<PlannedWindow> windows)
    {
        var backfill = Matters(windows) ? BackfillGroup : 1;
        return planned => planned.MayWait ? backfill : DailyGroup;
    }
}

using EventPipeline.Messages;

namespace EventPipeline.FanOut;

/// <summary>Which windows of a run share a message, and so a load job per table.</summary>
internal static class WindowGroups
{
    /// <summary>
    /// How many rows a window may have that shares a load: so many are held in memory until it is known which days are
    /// new, and more are sent as they come.
    /// </summary>
    public const long MaxRows = 20_000;

    // BigQuery accepts 1,500 load jobs into a table in a day, and 30,000 changes of its daily partitions.
    private const int DaysPerLoad = 20;

    /// <summary>
    /// Windows in groups, in order: those of the same days, one vendor and one kind, daily or not, until the group is
    /// full. So a load writes to no more partitions than a window has days.
    /// </summary>
    /// <param name="windows">The windows.</param>
    /// <param name="sizeOf">How many windows may share a message with one of them.</param>
    public static IEnumerable<IReadOnlyList<PlannedWindow>> Of(
        IEnumerable<PlannedWindow> windows, Func<PlannedWindow, int> sizeOf)
    {
        var open = new Dictionary<Kind, List<PlannedWindow>>();
        foreach (var planned in windows)
        {
            if (!IsSmall(planned))
            {
                yield return [planned];
                continue;
            }

            if (!open.TryGetValue(KindOf(planned), out var group))
            {
                open.Add(KindOf(planned), group = []);
            }

            group.Add(planned);
            if (group.Count == sizeOf(planned))
            {
                yield return group;
                open.Remove(KindOf(planned));
            }
        }

        foreach (var group in open.Values)
        {
            yield return group;
        }
    }

    /// <summary>How many load jobs per table a group may take: one for each twenty days that it writes to.</summary>
    public static int LoadsOf(IReadOnlyList<PlannedWindow> group) => LoadsOf(group[0]);

    /// <summary>
    /// How many of them count against what a day has left: what a daily run reads is provided for, whether it has come
    /// or not.
    /// </summary>
    public static int CountedLoadsOf(IReadOnlyList<PlannedWindow> group) => group[0].MayWait ? LoadsOf(group) : 0;

    /// <summary>How many windows, from the beginning, make groups of no more than so many load jobs.</summary>
    public static int Fitting(IEnumerable<PlannedWindow> windows, Func<PlannedWindow, int> sizeOf, int loads)
    {
        var members = new Dictionary<Kind, int>();
        var count = 0;
        foreach (var planned in windows)
        {
            var before = IsSmall(planned) ? members.GetValueOrDefault(KindOf(planned)) : 0;
            loads -= before == 0 ? LoadsOf(planned) : 0;
            if (loads < 0)
            {
                break;
            }

            count++;
            if (IsSmall(planned))
            {
                members[KindOf(planned)] = (before + 1) % sizeOf(planned);
            }
        }

        return count;
    }

    private static int LoadsOf(PlannedWindow planned) => (planned.Window.Days + DaysPerLoad - 1) / DaysPerLoad;

    private static Kind KindOf(PlannedWindow planned) =>
        new(planned.Window.Vendor, planned.MayWait, planned.Window.From, planned.Window.To);

    /// <summary>
    /// Whether a window is known to have few rows. Of one that every daily run reads it is assumed; a backfill may be
    /// of days when there was more.
    /// </summary>
    private static bool IsSmall(PlannedWindow planned) =>
        planned.Rows is { } rows ? rows <= MaxRows : !planned.MayWait;

    private sealed record Kind(string Vendor, bool MayWait, DateOnly From, DateOnly To);
}

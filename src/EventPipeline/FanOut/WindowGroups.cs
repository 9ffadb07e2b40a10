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

    /// <summary>
    /// Windows in groups, in order: those of one vendor and of one kind, daily or not, until the group is full.
    /// </summary>
    /// <param name="windows">The windows.</param>
    /// <param name="sizeOf">How many windows may share a message with one of them.</param>
    public static IEnumerable<IReadOnlyList<PlannedWindow>> Of(
        IEnumerable<PlannedWindow> windows, Func<PlannedWindow, int> sizeOf)
    {
        var open = new Dictionary<(string Vendor, bool MayWait), List<PlannedWindow>>();
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

    /// <summary>How many windows, from the beginning, make no more than so many groups.</summary>
    public static int Fitting(IEnumerable<PlannedWindow> windows, Func<PlannedWindow, int> sizeOf, int groups)
    {
        var members = new Dictionary<(string Vendor, bool MayWait), int>();
        var count = 0;
        foreach (var planned in windows)
        {
            var before = IsSmall(planned) ? members.GetValueOrDefault(KindOf(planned)) : 0;
            if (before == 0 && groups-- == 0)
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

    private static (string Vendor, bool MayWait) KindOf(PlannedWindow planned) =>
        (planned.Window.Vendor, planned.MayWait);

    /// <summary>
    /// Whether a window is known to have few rows. Of one that every daily run reads it is assumed; a backfill may be
    /// of days when there was more.
    /// </summary>
    private static bool IsSmall(PlannedWindow planned) =>
        planned.Rows is { } rows ? rows <= MaxRows : !planned.MayWait;
}

using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Reads of a run's events which of its windows wait, and for what.</summary>
internal static class WindowWaits
{
    /// <summary>Why a window waits whose run is paused.</summary>
    public const string Paused = "The run is paused.";

    /// <summary>The windows of a run that wait to be published, in the plan's order.</summary>
    public static IEnumerable<PlannedWindow> Of(string runId, IReadOnlyCollection<Row> events) =>
        Each(runId, events).Select(one => one.Planned with { Force = one.Planned.Force || WasForced(one.Events) });

    /// <summary>
    /// The windows that wait because of the last pause and were counted against a day's load jobs without having used
    /// them, by when that was, UTC.
    /// </summary>
    public static IEnumerable<IGrouping<DateTimeOffset, PlannedWindow>> Unused(
        string runId, IReadOnlyCollection<Row> events)
    {
        var planned = At(RunHistory.Newest(events, RunHistory.Planned));
        var resumed = At(RunHistory.Newest(events, RunHistory.RunResumed));
        return from one in Each(runId, events)
               let wait = Last(one.Events)
               let published = At(RunHistory.Newest(one.Events, RunHistory.WindowPublished))
               let counted = published ?? (one.Planned.Waiting ? null : planned)
               where one.Planned.MayWait && IsOfPause(wait) && !(At(wait) <= resumed) && counted is not null
               group one.Planned by counted.Value;

        static DateTimeOffset? At(Row? row) => row?.Timestamp("recorded_at");
    }

    /// <summary>
    /// Whether a window waits. One that has failed, was replayed and then met a quota does; one that has succeeded does
    /// not.
    /// </summary>
    public static bool IsWaiting(PlannedWindow planned, IReadOnlyCollection<Row> events) =>
        !planned.Skipped
        && !events.Any(
            row => row.Text("event") == RunHistory.WindowEnded && WindowState.IsSuccess(row.Text("state")))
        && (events.Where(
                row => row.Text("event")
                    is RunHistory.WindowWaiting or RunHistory.WindowPublished or RunHistory.WindowEnded)
            .MaxBy(row => row.Timestamp("recorded_at"))
            ?.Text("event") is { } last ? last == RunHistory.WindowWaiting : planned.Waiting);

    /// <summary>The event of a window's last wait; null if it never waited.</summary>
    public static Row? Last(IEnumerable<Row> events) => RunHistory.Newest(events, RunHistory.WindowWaiting);

    /// <summary>Whether a wait is a pause's.</summary>
    public static bool IsOfPause(Row? wait) => wait?.TextOrNull("reason") == Paused;

    private static IEnumerable<(PlannedWindow Planned, IReadOnlyCollection<Row> Events)> Each(
        string runId, IReadOnlyCollection<Row> events)
    {
        var byWindow = events.Where(row => !row.IsNull("window_id")).ToLookup(row => row.Text("window_id"));
        return from planned in RunHistory.PlanOf(runId, events)?.Windows ?? []
               let own = byWindow[planned.Window.Id].ToList()
               where IsWaiting(planned, own)
               select (planned, (IReadOnlyCollection<Row>)own);
    }

    /// <summary>Whether the message was forced that waited last: somebody may have published it by hand.</summary>
    private static bool WasForced(IEnumerable<Row> events) =>
        Last(events)?.TextOrNull("details") is { } message
        && JsonSerializer.Deserialize(message, MessageJson.Default.FetchRequested)!.Force;
}

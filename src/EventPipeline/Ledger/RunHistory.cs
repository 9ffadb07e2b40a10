using System.Text.Json;
using EventPipeline.DeadLetters;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Reads a run's events as one document. The order in which they were recorded does not matter.</summary>
internal static class RunHistory
{
    public const string Requested = "requested";
    public const string Planned = "planned";

    /// <summary>A window of a plan; it counts once the plan is stored.</summary>
    public const string WindowPlanned = "window_planned";

    /// <summary>The trigger was rejected, or Pub/Sub gave up delivering it, and there was no plan.</summary>
    public const string TriggerFailed = "trigger_failed";

    /// <summary>A window met a quota: it waits for a later run to publish it.</summary>
    public const string WindowWaiting = "window_waiting";

    /// <summary>A window that waited was published.</summary>
    public const string WindowPublished = "window_published";

    public const string AttemptFailed = "attempt_failed";

    /// <summary>Some days of a window are committed, and another message asks for the rest.</summary>
    public const string WindowContinued = "window_continued";

    /// <summary>A window could not be tried, and its message was published anew before it was given up.</summary>
    public const string WindowRenewed = "window_renewed";

    public const string WindowEnded = "window_ended";

    /// <summary>A window ended with its commit. Not in the table, but read as if it were.</summary>
    public const string WindowCommitted = "window_committed";

    /// <summary>A vendor refuses a report, for the first time or for the first time since it worked.</summary>
    public const string ReportRefused = "report_refused";

    /// <summary>A person paused the run: what has not ended waits.</summary>
    public const string RunPaused = "run_paused";

    /// <summary>A person let a paused run go on.</summary>
    public const string RunResumed = "run_resumed";

    /// <summary>
    /// Load jobs that a pause has kept from being used, dated as the event that counted them, so that both are of one
    /// day.
    /// </summary>
    public const string LoadsUnused = "loads_unused";

    /// <summary>A person cancelled the run: what has not ended is not read any more.</summary>
    public const string RunCancelled = "run_cancelled";

    /// <summary>A delivery is about to announce the run's end.</summary>
    public const string Completing = "completing";

    /// <summary>The run's end was announced.</summary>
    public const string Completed = "completed";

    /// <summary>
    /// How long a run that has not ended may be silent. A message is delivered 30 times with at most 600 s in between
    /// (infra/subscriptions.tf), which is five hours; every attempt records its end, or that its window
    /// continues, if the service can write at all, and so does whoever publishes a message anew that is only refused:
    /// a message that is silent for longer will not return.
    /// </summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromHours(6);

    /// <summary>The plan among a run's events; null while there is none.</summary>
    public static RunPlan? Plan(IEnumerable<Row> events) =>
        events.FirstOrDefault(row => row.Text("event") == Planned) is { } planned
            ? StoredPlan.Read(planned).Plan(
                events.Where(
                    row =>
                        row.Text("event") == WindowPlanned
                            && row.TextOrNull("plan_id") == planned.TextOrNull("plan_id")))
            : null;

    /// <summary>The document of a run that has at least one event, as of <paramref name="now"/>.</summary>
    public static RunDocument Document(string runId, IReadOnlyCollection<Row> events, DateTimeOffset now)
    {
        var plan = PlanOf(runId, events);
        var byWindow = events.Where(row => !row.IsNull("window_id")).ToLookup(row => row.Text("window_id"));
        var cancelled = Cancellation(events);
        var paused = Pause(events);
        var windows = plan is null
            ? []
            : plan.Windows
                .Select(planned => Window(
                    planned, [.. byWindow[planned.Window.Id]], cancelled is not null, paused is not null))
                .ToList();
        var trigger = plan is null
            ? Newest(events, TriggerFailed)
            : null;
        var newest = events.Max(row => row.Timestamp("recorded_at"));
        var waiting = windows.Count(window => window.State == WindowDocument.Waiting);
        var isPending = trigger is null && cancelled is null
            && (plan is null || windows.Any(window => window.State == WindowDocument.Pending));
        var isOpen = isPending || waiting > 0;
        var silent = now - newest;
        var shut = isOpen ? [] : ShutAccounts(windows);
        var state = isOpen && paused is not null ? RunDocument.Paused
            : isPending ? silent > StalledAfter ? RunDocument.Stalled : RunDocument.Running
            : waiting > 0 ? RunDocument.Waiting
            : cancelled is not null && IsCutShort(windows) ? RunDocument.Cancelled
            : trigger is not null || shut.Count > 0 || windows.Any(window => WindowState.IsFailure(window.State))
                ? RunDocument.Failed
            : RunDocument.Completed;
        var read = windows.Where(window => WindowState.IsSuccess(window.State)).ToList();
        return new RunDocument(
            runId,
            state,
            events.First().Text("mode"),
            plan?.From,
            plan?.To,
            events.Min(row => row.Timestamp("recorded_at")),
            isOpen ? null : newest,
            isOpen ? null : state,
            new RunTotals(
                read.Sum(window => window.To.DayNumber - window.From.DayNumber + 1),
                read.Sum(window => window.Rows),
                read.Sum(window => window.Tokens))
            {
                Money = SumsByBasis.Total(read.Select(window => window.Money)),
            },
            windows)
        {
            Reason = state == RunDocument.Cancelled ? cancelled!.TextOrNull("reason")
                : trigger is not null ? trigger.TextOrNull("reason")
                : state == RunDocument.Paused ? $"{paused!.TextOrNull("reason")} Nothing more of it is read until "
                    + $"somebody resumes it: `runs resume {runId}`."
                : waiting > 0 ? $"{waiting} of its windows wait: BigQuery takes so many load jobs a table and day, and "
                    + "daily runs come first. The next run of any kind, such as tomorrow's, publishes more of them."
                : shut.Count > 0 ? $"Nothing was read of {string.Join(", ", shut)}: the vendor refuses its key every "
                    + "report that was asked for. Its windows say what is missing."
                : null,
            Warehouse = plan?.Needs,
            RefusedWindows = windows.Count(window => window.State == WindowState.Refused),
            LastEventAt = newest,
            SilentForHours = state == RunDocument.Stalled ? Math.Round(silent.TotalHours, 1) : null,
        };
    }

    /// <summary>The event of a run's being cancelled; null if nobody cancelled it.</summary>
    public static Row? Cancellation(IEnumerable<Row> events) =>
        events.FirstOrDefault(row => row.Text("event") == RunCancelled);

    /// <summary>The event of a run's being paused; null if nobody paused it, or somebody resumed it.</summary>
    private static Row? Pause(IEnumerable<Row> events)
    {
        var paused = Newest(events, RunPaused);
        return IsPaused(
            paused?.Timestamp("recorded_at"), Newest(events, RunResumed)?.Timestamp("recorded_at")) ? paused : null;
    }

    /// <summary>The newest event of a name; null if there is none.</summary>
    public static Row? Newest(IEnumerable<Row> events, string name) =>
        events.Where(row => row.Text("event") == name).MaxBy(row => row.Timestamp("recorded_at"));

    /// <summary>Whether a run is paused that was last paused and resumed at these times.</summary>
    public static bool IsPaused(DateTimeOffset? paused, DateTimeOffset? resumed) =>
        paused is not null && !(resumed >= paused);

    /// <summary>Whether a run's end was announced with this outcome.</summary>
    public static bool WasTold(IEnumerable<Row> events, string outcome) =>
        events.Any(row => row.Text("event") == Completed && row.TextOrNull("state") == outcome);

    /// <summary>How a window has ended, each time; nothing while it has not.</summary>
    public static IEnumerable<Row> Ends(IEnumerable<Row> events, string windowId) =>
        OfWindow(events, WindowEnded, windowId);

    /// <summary>The ids of the windows that have ended.</summary>
    public static IEnumerable<string> Ended(IEnumerable<Row> events) =>
        events.Where(row => row.Text("event") == WindowEnded).Select(row => row.Text("window_id"));

    /// <summary>The last recorded attempt at a window that failed; null if none is recorded.</summary>
    public static FailedAttempt? LastFailure(IEnumerable<Row> events, string windowId) =>
        OfWindow(events, AttemptFailed, windowId).LastOrDefault() is { } row
            ? new FailedAttempt(row.TextOrNull("reason"), row.Timestamp("recorded_at"))
            : null;

    private static IEnumerable<Row> OfWindow(IEnumerable<Row> events, string name, string windowId) =>
        events.Where(row => row.Text("event") == name && row.TextOrNull("window_id") == windowId);

    /// <summary>The plan of a run, or what stands for one; null while there is none.</summary>
    public static RunPlan? PlanOf(string runId, IReadOnlyCollection<Row> events) =>
        Plan(events) ?? PlanOfStrays(runId, events);

    /// <summary>
    /// The windows of an unplanned run: fetch messages published manually. Null while a plan may still come because the
    /// run was requested.
    /// </summary>
    private static RunPlan? PlanOfStrays(string runId, IReadOnlyCollection<Row> events)
    {
        if (
            events.Any(row => row.Text("event") is Requested or TriggerFailed or WindowPlanned)
                || !RunModeNames.TryParse(events.First().Text("mode"), out var mode))
        {
            return null;
        }

        var windows = events
            .Where(row => !row.IsNull("window_id"))
            .DistinctBy(row => row.Text("window_id"))
            .Select(row => new Window(
                row.Text("vendor"),
                row.Text("account"),
                row.Text("report"),
                row.Date("window_start"),
                row.Date("window_end")))
            .Select(window => new PlannedWindow(window, WindowReason.AskedFor))
            .ToList();
        return windows.Count == 0
            ? null
            : new RunPlan(
                runId,
                mode,
                windows.Min(planned => planned.Window.From),
                windows.Max(planned => planned.Window.To),
                events.Min(row => row.Timestamp("recorded_at")),
                windows);
    }

    /// <summary>Whether a run that was cancelled was not over by then: not planned, or not all of it read.</summary>
    private static bool IsCutShort(List<WindowDocument> windows) =>
        windows.Count == 0 || windows.Exists(window => window.State == WindowDocument.Cancelled);

    /// <summary>
    /// The accounts that read nothing because every report was refused: what is wrong is then not one report's.
    /// </summary>
    private static List<string> ShutAccounts(IEnumerable<WindowDocument> windows) =>
    [
        .. windows
            .Where(window => window.State != WindowState.Skipped)
            .GroupBy(window => $"{window.Vendor}/{window.Account}")
            .Where(account => account.All(window => window.State == WindowState.Refused))
            .Select(account => account.Key),
    ];

    private static WindowDocument Window(
        PlannedWindow planned, List<Row> events, bool isCancelled, bool isPaused)
    {
        var end = events
            .Where(row => row.Text("event") == WindowEnded)
            .OrderBy(row => WindowState.Rank(row.Text("state")))
            .ThenByDescending(row => row.Timestamp("recorded_at"))
            .FirstOrDefault();
        var isWaiting = WindowWaits.IsWaiting(planned, events);
        end = isWaiting ? null : end;
        var failures = events.Where(row => row.Text("event") == AttemptFailed).ToList();
        var met = isPaused || !WindowWaits.IsOfPause(WindowWaits.Last(events)) ? WindowWaits.Last(events) : null;
        var renewed = events.LastOrDefault(row => row.Text("event") == WindowRenewed);
        var details = end?.TextOrNull("details") is { } json
            ? JsonSerializer.Deserialize(json, EndDetailsJson.Default.EndDetails)
            : null;
        var (vendor, account, report, from, to) = planned.Window;
        return new WindowDocument(
            vendor, account, report, from, to, planned.Why,
            planned.Skipped ? WindowState.Skipped
                : end?.Text("state") ?? (isCancelled ? WindowDocument.Cancelled
                    : isWaiting ? WindowDocument.Waiting
                    : WindowDocument.Pending),
            end?.GetInt64("row_count") ?? 0,
            end?.GetInt64("tokens") ?? 0,
            end?.TextOrNull("load_id"),
            failures.Count
                + events.Count(row => row.Text("event") == WindowContinued)
                + (end is null || end.Text("state") == WindowState.Failed ? 0 : 1),
            end is not null ? end.TextOrNull("reason")
                : (isWaiting ? met ?? failures.LastOrDefault() : failures.LastOrDefault() ?? renewed)
                    ?.TextOrNull("reason"),
            details?.Differences,
            details?.Drift ?? [])
        {
            Money = SumsByBasis.Create(
                end?.Exact("amount_usd") ?? 0, end?.Exact("estimated_usd") ?? 0, details?.OtherUsd),
        };
    }
}

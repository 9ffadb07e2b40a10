using System.Text.Json;
using EventPipeline.FanOut;
using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>Reads a run's events as one document. The order in which they were recorded does not matter.</summary>
internal static class RunHistory
{
    public const string Requested = "requested";
    public const string Planned = "planned";
    public const string AttemptFailed = "attempt_failed";
    public const string WindowEnded = "window_ended";
    public const string Completed = "completed";

    /// <summary>The plan among a run's events; null while there is none.</summary>
    public static RunPlan? Plan(IEnumerable<Row> events) =>
        events.FirstOrDefault(row => row.Text("event") == Planned) is { } planned
            ? JsonSerializer.Deserialize(planned.Text("details"), RunPlanJson.Default.RunPlan)
            : null;

    /// <summary>The document of a run that has at least one event.</summary>
    public static RunDocument Document(string runId, IReadOnlyCollection<Row> events)
    {
        var plan = Plan(events) ?? PlanOfStrays(runId, events);
        var byWindow = events.Where(row => !row.IsNull("window_id")).ToLookup(row => row.Text("window_id"));
        var windows = plan is null ? [] : plan.Windows.Select(planned => Window(planned, [.. byWindow[planned.Window.Id]])).ToList();
        var state = plan is null || windows.Any(window => window.State == WindowDocument.Pending) ? "running"
            : windows.Any(window => WindowState.IsFailure(window.State)) ? "failed"
            : "completed";
        var read = windows.Where(window => WindowState.IsSuccess(window.State)).ToList();
        return new RunDocument(
            runId,
            state,
            events.First().Text("mode"),
            plan?.From,
            plan?.To,
            events.Min(row => row.Timestamp("recorded_at")),
            state == "running" ? null : events.Max(row => row.Timestamp("recorded_at")),
            state == "running" ? null : state,
            new RunTotals(
                read.Sum(window => window.To.DayNumber - window.From.DayNumber + 1),
                read.Sum(window => window.Rows),
                read.Sum(window => window.Tokens),
                ExactSum.Of(read.Select(window => window.Usd)),
                ExactSum.Of(read.Select(window => window.EstimatedUsd))),
            windows);
    }

    /// <summary>
    /// The windows of a run that nobody planned: fetch messages published by hand. Null while a plan may still come, because the run was asked for.
    /// </summary>
    private static RunPlan? PlanOfStrays(string runId, IReadOnlyCollection<Row> events)
    {
        if (events.Any(row => row.Text("event") == Requested) || !RunModeNames.TryParse(events.First().Text("mode"), out var mode))
        {
            return null;
        }

        var windows = events
            .Where(row => !row.IsNull("window_id"))
            .DistinctBy(row => row.Text("window_id"))
            .Select(row => new Window(
                row.Text("vendor"), row.Text("account"), row.Text("report"), row.Date("window_start"), row.Date("window_end")))
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

    private static WindowDocument Window(PlannedWindow planned, List<Row> events)
    {
        var end = events
            .Where(row => row.Text("event") == WindowEnded)
            .OrderBy(row => WindowState.Rank(row.Text("state")))
            .ThenByDescending(row => row.Timestamp("recorded_at"))
            .FirstOrDefault();
        var failures = events.Where(row => row.Text("event") == AttemptFailed).ToList();
        var details = end?.TextOrNull("details") is { } json ? JsonSerializer.Deserialize(json, EndDetailsJson.Default.EndDetails) : null;
        var (vendor, account, report, from, to) = planned.Window;
        return new WindowDocument(
            vendor, account, report, from, to, planned.Why,
            planned.Skipped ? WindowState.Skipped : end?.Text("state") ?? WindowDocument.Pending,
            end?.Whole("row_count") ?? 0,
            end?.Whole("tokens") ?? 0,
            end?.Exact("amount_usd") ?? 0,
            end?.Exact("estimated_usd") ?? 0,
            end?.TextOrNull("load_id"),
            failures.Count + (end is null || end.Text("state") == WindowState.Failed ? 0 : 1),
            end is null ? failures.LastOrDefault()?.TextOrNull("reason") : end.TextOrNull("reason"),
            details?.Differences,
            details?.Drift ?? []);
    }
}

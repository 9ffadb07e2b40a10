using System.Text.Json;
using EventPipeline.FanOut;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// What happened to every run and window, in the dataset of its mode. Append-only: a repeated record is harmless, because a run's document
/// does not depend on how often or in which order its events were recorded.
/// </summary>
internal sealed class RunLedger(IWarehouse warehouse, IOptions<DatasetOptions> datasets, PublishMessages publish, RunNews news, TimeProvider clock)
{
    /// <summary>The newest committed read of every slice in a range of days. One that lies in the future settles nothing: when it began is not known.</summary>
    public async Task<IReadOnlyDictionary<SliceKey, SliceRead>> SlicesReadAsync(
        RunMode mode, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode), Statement.Of("slices_read", ("from", from), ("to", to)), cancellationToken);
        var now = clock.GetUtcNow();
        return rows
            .ToDictionary(
                row => new SliceKey(row.Text("vendor"), row.Text("account_id"), row.Text("report"), row.Date("usage_date")),
                row => new SliceRead(
                    row.Timestamp("read_began") is var began && began <= now ? began : DateTimeOffset.MinValue, row.Flag("pinned")));
    }

    /// <summary>The stored plan of a run; null while there is none.</summary>
    public async Task<RunPlan?> FindPlanAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        RunHistory.Plan(await EventsAsync(runId, mode, cancellationToken));

    /// <summary>Stores a plan once, under an id derived from the run's, and returns the stored one: of two at once the first.</summary>
    public async Task<RunPlan> StorePlanAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var row = Event(plan.RunId, RunHistory.Planned, plan.Mode);
        row["details"] = JsonSerializer.Serialize(plan, RunPlanJson.Default.RunPlan);
        await InsertAsync(plan.Mode, $"plan_{plan.RunId}", row, cancellationToken);
        return await FindPlanAsync(plan.RunId, plan.Mode, cancellationToken)
            ?? throw new TransientFailureException($"The plan of run {plan.RunId} was stored and is not there.");
    }

    /// <summary>Records that a run was asked for by hand, so that it can be seen before its trigger has arrived.</summary>
    public Task RecordRequestedAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        InsertAsync(mode, $"requested_{runId}", Event(runId, RunHistory.Requested, mode), cancellationToken);

    /// <summary>Whether a window of a run has come to something before.</summary>
    public async Task<bool> HasSucceededAsync(string runId, RunMode mode, Window window, CancellationToken cancellationToken) =>
        (await EventsAsync(runId, mode, cancellationToken)).Any(row =>
            row.Text("event") == RunHistory.WindowEnded
            && row.TextOrNull("window_id") == window.Id
            && WindowState.IsSuccess(row.Text("state")));

    /// <summary>The end of a window that was committed for a run and not recorded, because the attempt was cut off in between; null otherwise.</summary>
    public async Task<WindowEnd?> FindCommitAsync(string runId, RunMode mode, Window window, CancellationToken cancellationToken)
    {
        if (mode == RunMode.DryRun)
        {
            return null;
        }

        var days = await warehouse.QueryAsync(
            datasets.Value.For(mode),
            Statement.Of("window_commits", ("run_id", runId), ("window_id", window.Id), ("from", window.From), ("to", window.To)),
            cancellationToken);
        return days.Count != window.Days
            ? null
            : new WindowEnd(
                days.Select(day => day.Text("state")).MinBy(WindowState.Rank)!,
                days.Sum(day => day.Whole("row_count")),
                days.Sum(day => day.Whole("tokens")),
                days.Sum(day => day.Exact("amount_usd")),
                days.Sum(day => day.Exact("estimated_usd")),
                days[^1].Text("load_id"),
                null,
                new EndDetails(null, []));
    }

    /// <summary>Records how a window ended, and tells of the run's end when it was the last.</summary>
    public async Task RecordEndAsync(
        string runId, RunMode mode, Window window, WindowEnd end, int? attempt, string? messageId, CancellationToken cancellationToken)
    {
        var row = Event(runId, RunHistory.WindowEnded, mode, window);
        row["state"] = end.State;
        row["row_count"] = end.Rows;
        row["tokens"] = end.Tokens;
        row["amount_usd"] = end.BilledUsd;
        row["estimated_usd"] = end.EstimatedUsd;
        row["load_id"] = end.LoadId;
        row["attempt"] = (long?)attempt;
        row["reason"] = end.Reason;
        row["details"] = JsonSerializer.Serialize(end.Details, EndDetailsJson.Default.EndDetails);
        row["message_id"] = messageId;
        await InsertAsync(mode, $"end_{Guid.CreateVersion7(clock.GetUtcNow()):N}", row, cancellationToken);
        news.WindowEnded(runId, mode, window, end, attempt, messageId);
        await CompleteWhenAllEndedAsync(runId, mode, cancellationToken);
    }

    /// <summary>Records that an attempt failed and that the window is tried again.</summary>
    public Task RecordFailedAttemptAsync(
        string runId, RunMode mode, Window window, string reason, int? attempt, string? messageId, CancellationToken cancellationToken)
    {
        news.AttemptFailed(runId, mode, window, reason, attempt, messageId);
        var row = Event(runId, RunHistory.AttemptFailed, mode, window);
        row["attempt"] = (long?)attempt;
        row["reason"] = reason;
        row["message_id"] = messageId;
        return InsertAsync(mode, $"failed_{Guid.CreateVersion7(clock.GetUtcNow()):N}", row, cancellationToken);
    }

    /// <summary>Records that Pub/Sub gave up delivering a window: its end, with what the last attempt failed of.</summary>
    public async Task RecordGivenUpAsync(FetchRequested message, string reason, CancellationToken cancellationToken)
    {
        if (!RunModeNames.TryParse(message.Mode, out var mode))
        {
            return; // The door has said so; no run waits for it.
        }

        var last = await FindLastFailureAsync(message, cancellationToken);
        var end = WindowEnd.Failure(WindowState.Failed, last is null ? reason : $"{reason} The last attempt: {last}");
        await RecordEndAsync(message.RunId, mode, message.Window, end, null, null, cancellationToken);
    }

    /// <summary>What the last recorded attempt at a message's window failed of; null where none is recorded.</summary>
    public async Task<string?> FindLastFailureAsync(FetchRequested message, CancellationToken cancellationToken) =>
        RunModeNames.TryParse(message.Mode, out var mode)
            ? (await EventsAsync(message.RunId, mode, cancellationToken)).LastOrDefault(row =>
                row.Text("event") == RunHistory.AttemptFailed && row.TextOrNull("window_id") == message.Window.Id)?.TextOrNull("reason")
            : null;

    /// <summary>
    /// Counts the ends of a run; whoever sees the last one publishes <c>eventpipeline.run.completed.v1</c>, under an event id derived from the
    /// run's and its outcome, so that a replay that mends a failed run is told too.
    /// </summary>
    public async Task CompleteWhenAllEndedAsync(string runId, RunMode mode, CancellationToken cancellationToken)
    {
        var events = await EventsAsync(runId, mode, cancellationToken);
        if (events.Count == 0 || RunHistory.Document(runId, events) is not { Outcome: { } outcome } run
            || events.Any(row => row.Text("event") == RunHistory.Completed && row.TextOrNull("state") == outcome))
        {
            return;
        }

        var message = new RunCompleted(runId, mode.Name(), outcome, run.Totals);
        await publish(
            Topic.Completed,
            [
                OutgoingMessage.CloudEvent(
                    $"{runId}.{outcome}",
                    RunCompleted.EventType,
                    clock.GetUtcNow(),
                    JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.RunCompleted)),
            ],
            cancellationToken);
        var row = Event(runId, RunHistory.Completed, mode);
        row["state"] = outcome;

        // Two that see the last end at once both insert, under one id: whose row it is tells.
        var teller = JsonSerializer.Serialize(Guid.CreateVersion7(clock.GetUtcNow()));
        row["details"] = teller;
        await InsertAsync(mode, $"completed_{runId}_{outcome}", row, cancellationToken);
        if ((await EventsAsync(runId, mode, cancellationToken)).Any(told =>
            told.Text("event") == RunHistory.Completed && told.TextOrNull("details") == teller))
        {
            await news.RunEndedAsync(mode, run, cancellationToken);
        }
    }

    /// <summary>One run's document, in whichever dataset it is; null when nobody has heard of it.</summary>
    public async Task<RunDocument?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        foreach (var dataset in datasets.Value.All)
        {
            var events = await warehouse.QueryAsync(dataset, Statement.Of("run_events", ("run_id", runId)), cancellationToken);
            if (events.Count > 0)
            {
                return RunHistory.Document(runId, events);
            }
        }

        return null;
    }

    /// <summary>The newest runs of all datasets, newest first.</summary>
    public async Task<IReadOnlyList<RunDocument>> RecentAsync(int limit, CancellationToken cancellationToken)
    {
        var runs = new List<RunDocument>();
        foreach (var dataset in datasets.Value.All)
        {
            var rows = await warehouse.QueryAsync(dataset, Statement.Of("recent_run_events", ("limit", (long)limit)), cancellationToken);
            runs.AddRange(rows.GroupBy(row => row.Text("run_id")).Select(events => RunHistory.Document(events.Key, [.. events])));
        }

        return [.. runs.OrderByDescending(run => run.RequestedAt).Take(limit)];
    }

    private Task<IReadOnlyList<Row>> EventsAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        warehouse.QueryAsync(datasets.Value.For(mode), Statement.Of("run_events", ("run_id", runId)), cancellationToken);

    private Task InsertAsync(RunMode mode, string statementId, Dictionary<string, object?> row, CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(datasets.Value.For(mode), statementId, Statement.Insert("insert_run_events", [row]), cancellationToken);

    private Dictionary<string, object?> Event(string runId, string name, RunMode mode, Window? window = null) => new()
    {
        ["run_id"] = runId,
        ["event"] = name,
        ["mode"] = mode.Name(),
        ["window_id"] = window?.Id,
        ["vendor"] = window?.Vendor,
        ["account"] = window?.Account,
        ["report"] = window?.Report,
        ["window_start"] = window?.From,
        ["window_end"] = window?.To,
        ["state"] = null,
        ["row_count"] = null,
        ["tokens"] = null,
        ["amount_usd"] = null,
        ["estimated_usd"] = null,
        ["load_id"] = null,
        ["attempt"] = null,
        ["reason"] = null,
        ["details"] = null,
        ["message_id"] = null,
        ["recorded_at"] = clock.GetUtcNow(),
    };
}

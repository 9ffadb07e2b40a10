using System.Security.Cryptography;
using System.Text.Json;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// The table <c>run_events</c> of each dataset, append-only, and with it the ends that commits have recorded.
/// </summary>
internal sealed class RunEvents(
    IWarehouse warehouse, IOptions<DatasetOptions> datasets, KnownRuns known, TimeProvider clock)
{
    /// <summary>At 21 values a row, below the 10,000 that one statement takes.</summary>
    public const int MaxRowsPerInsert = 400;

    /// <summary>The id under which what these parts name is recorded once: 64 hexadecimal digits.</summary>
    public static string IdOf(params string?[] parts) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts, EndDetailsJson.Default.StringArray)));

    /// <summary>The events of a run in the dataset of a mode, the ends of its windows among them.</summary>
    public Task<IReadOnlyList<Row>> OfAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        QueryAsync(datasets.Value.For(mode), runId, cancellationToken);

    /// <summary>The same, in whichever dataset the run is; empty if it is unknown.</summary>
    public async Task<IReadOnlyList<Row>> FindAsync(string runId, CancellationToken cancellationToken)
    {
        foreach (var dataset in datasets.Value.All)
        {
            if (await QueryAsync(dataset, runId, cancellationToken) is { Count: > 0 } events)
            {
                return events;
            }
        }

        return [];
    }

    /// <summary>The stored plan of a run, without its windows; null while there is none.</summary>
    public Task<StoredPlan?> FindPlanAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        FindPlanAsync(datasets.Value.For(mode), runId, cancellationToken);

    /// <summary>The events that tell the windows of a stored plan.</summary>
    public Task<IReadOnlyList<Row>> PlannedWindowsAsync(
        string runId, RunMode mode, StoredPlan plan, CancellationToken cancellationToken) => warehouse.QueryAsync(
        datasets.Value.For(mode),
        Statement.Create(
            "plan_windows", ("run_id", runId), ("plan_id", plan.PlanId), ("since", plan.Since)),
        cancellationToken);

    /// <summary>How far a planned run is.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="plan">The run's plan.</param>
    /// <param name="loads">Loads to ask about in the same breath: what of them became visible.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(RunStanding Standing, IReadOnlyList<Row> Visible)> StandingAsync(
        string runId,
        RunMode mode,
        StoredPlan plan,
        IReadOnlyList<CommittedLoad> loads,
        CancellationToken cancellationToken)
    {
        var statement = Statement.Create(
            "run_standing",
            ("run_id", runId),
            ("plan_id", plan.PlanId),
            ("since", plan.Since),
            ("from", plan.Head!.FirstDay),
            ("to", plan.Head.LastDay));
        statement = loads.Count == 0 ? statement.WithPart("visible", "") : And(statement, CommittedLoad.Visible(loads));
        var rows = (await warehouse.QueryAsync(datasets.Value.For(mode), statement, cancellationToken))
            .ToLookup(row => row.IsNull("load_id"));
        var standing = rows[true].Single();
        return (
            new RunStanding(
                plan.Head.WindowCount,
                standing.GetInt64("ended"),
                standing.GetInt64("succeeded"),
                standing.GetInt64("refused"),
                standing.GetInt64("cancelled") > 0,
                standing.GetInt64("told_completed") > 0,
                standing.GetInt64("told_failed") > 0,
                standing.GetInt64("told_cancelled") > 0),
            [.. rows[false]]);
    }

    /// <summary>What people have decided about a run, and whether its cancellation was announced.</summary>
    public async Task<(RunDecision Decision, bool IsTold)> FindDecisionAsync(
        string runId, RunMode mode, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode), Statement.Create("run_decision", ("run_id", runId)), cancellationToken);
        var decision = rows[0].GetInt64("cancelled") > 0 ? RunDecision.Cancelled
            : RunHistory.IsPaused(rows[0].TimestampOrNull("paused_at"), rows[0].TimestampOrNull("resumed_at"))
                ? RunDecision.Paused
            : RunDecision.None;
        return (decision, rows[0].GetInt64("told") > 0);
    }

    /// <summary>
    /// The runs of the dataset of a mode that were not announced to have ended, and of which nothing but commits was
    /// recorded in some time: oldest first, each with its own mode.
    /// </summary>
    public async Task<IReadOnlyList<(string RunId, RunMode Mode)>> FindSilentAsync(
        RunMode mode, DateTimeOffset since, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode),
            Statement.Create("silent_runs", ("since", since), ("before", before)),
            cancellationToken);
        return
        [
            .. from row in rows
               select (row.Text("run_id"), RunModeNames.TryParse(row.Text("mode"), out var own) ? own : mode),
        ];
    }

    /// <summary>Whether a window of a dry run has succeeded.</summary>
    public async Task<bool> HasSucceededAsync(
        string runId, RunMode mode, Window window, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode),
            Statement.Create(
                "window_succeeded", ("run_id", runId), ("window_id", window.Id), ("since", Since(window))),
            cancellationToken);
        return rows[0].GetInt64("ends") > 0;
    }

    /// <summary>The mode of a run, in whichever dataset it is; null if the run is unknown.</summary>
    public async Task<RunMode?> FindModeAsync(string runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) is [var first, ..]
            && RunModeNames.TryParse(first.Text("mode"), out var mode)
            ? mode
            : null;

    /// <summary>
    /// The run whose trigger has this time, in whichever dataset; null where none was planned for it.
    /// </summary>
    public async Task<string?> FindPlannedAsync(DateTimeOffset requestedAt, CancellationToken cancellationToken)
    {
        var text = $"\"requestedAt\":{JsonSerializer.Serialize(requestedAt.ToUniversalTime())}";
        foreach (var dataset in datasets.Value.All)
        {
            if (
                await warehouse.QueryAsync(
                    dataset, Statement.Create("find_planned_run", ("requested_at", text)), cancellationToken) is
                [
                    var run,
                    ..,
                ])
            {
                return run.Text("run_id");
            }
        }

        return null;
    }

    /// <summary>The events of the newest runs of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="since">The first UTC day on which they were requested; null for any.</param>
    /// <param name="after">The run that they are older than; null for the newest of all.</param>
    /// <param name="runs">How many runs.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<Row>> RecentAsync(
        string dataset, DateOnly? since, ListPlace? after, int runs, CancellationToken cancellationToken) =>
        WindowOutcome.ReadAll(await warehouse.QueryAsync(
            dataset,
            Statement.Create(
                "recent_run_events",
                ("mode", ModeOf(dataset).Name()),
                ("since", since is { } day ? day.Start() : DateTimeOffset.UnixEpoch),
                ("before", after?.Time ?? ListPlace.First.Time),
                ("before_run", after?.Id ?? ""),
                ("limit", (long)runs)),
            cancellationToken));

    /// <summary>
    /// Inserts events once: a repetition under the same id changes nothing. Returns whether this call did it, and not
    /// one before it.
    /// </summary>
    public Task<bool> InsertAsync(
        RunMode mode,
        string statementId,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows,
        CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(
            datasets.Value.For(mode), statementId, Statement.Insert("insert_run_events", rows), cancellationToken);

    /// <summary>Inserts events that are recorded anew each time: a repetition is another event.</summary>
    public Task AppendAsync(
        RunMode mode,
        string kind,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows,
        CancellationToken cancellationToken) =>
        InsertAsync(mode, $"{kind}_{Guid.CreateVersion7(clock.GetUtcNow()):N}", rows, cancellationToken);

    /// <summary>The columns of an event that happens now; everything beyond its name is null.</summary>
    public Dictionary<string, object?> Create(string runId, string name, RunMode mode, Window? window = null) => new()
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
        ["plan_id"] = null,
    };

    /// <summary>The same of an event that an attempt at a window brings about.</summary>
    public Dictionary<string, object?> Create(
        string runId, string name, RunMode mode, Window window, int? attempt, string? messageId)
    {
        var row = Create(runId, name, mode, window);
        row["attempt"] = (long?)attempt;
        row["message_id"] = messageId;
        return row;
    }

    /// <summary>
    /// A time before any event of a window. A run reads days that are over, or today; one whose trigger lies in the
    /// future, as on a simulated day, may be older than its days.
    /// </summary>
    private DateTimeOffset Since(Window window) =>
        window.Start < clock.GetUtcNow() ? window.Start : DateTimeOffset.UnixEpoch;

    private static Statement And(Statement standing, Statement visible) => standing
        .WithPart("visible", Statement.Text("parts/visible.sql"))
        .WithPart("visible_days", visible.Sql.TrimEnd().TrimEnd(';')) with
    {
        Parameters = standing.Parameters.Concat(visible.Parameters).ToDictionary(),
    };

    private RunMode ModeOf(string dataset) =>
        dataset == datasets.Value.For(RunMode.Development) ? RunMode.Development : RunMode.Production;

    private async Task<StoredPlan?> FindPlanAsync(string dataset, string runId, CancellationToken cancellationToken)
    {
        if (known.PlanOf(dataset, runId) is { } remembered)
        {
            return remembered;
        }

        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create("find_plan", ("run_id", runId), ("since", DateTimeOffset.UnixEpoch)),
            cancellationToken);
        if (rows is not [var row, ..])
        {
            return null;
        }

        var plan = StoredPlan.Read(row);
        known.Remember(dataset, runId, plan);
        return plan;
    }

    private async Task<IReadOnlyList<Row>> QueryAsync(
        string dataset, string runId, CancellationToken cancellationToken)
    {
        // A run that was never planned may have committed any day.
        var plan = await FindPlanAsync(dataset, runId, cancellationToken);
        return WindowOutcome.ReadAll(await warehouse.QueryAsync(
            dataset,
            Statement.Create(
                "run_events",
                ("run_id", runId),
                ("mode", ModeOf(dataset).Name()),
                ("since", plan?.Since ?? DateTimeOffset.UnixEpoch),
                ("from", plan?.Head?.FirstDay ?? DateOnly.MinValue),
                ("to", plan?.Head?.LastDay ?? DateOnly.MaxValue)),
            cancellationToken));
    }
}

using System.Text.Json.Serialization;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>A run, as people and scripts see it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">
/// <c>running</c>, <c>completed</c> or <c>failed</c>; <c>cancelled</c> when somebody cancelled it before all of it was
/// read; <c>paused</c> while somebody has it wait; <c>waiting</c> when all that is left of it waits for a day with load
/// jobs to spare; <c>stalled</c> when it has not ended and nothing was recorded for longer than a message can be in
/// transit. It is running again once something is; the next run ends it as failed.
/// </param>
/// <param name="Mode"><c>production</c>, <c>development</c> or <c>dry_run</c>.</param>
/// <param name="From">The first requested day, UTC; null until the run is planned.</param>
/// <param name="To">The last requested day, UTC, inclusive; null until the run is planned.</param>
/// <param name="RequestedAt">When it was first recorded, UTC.</param>
/// <param name="EndedAt">When its last window ended, UTC; null while it runs.</param>
/// <param name="Outcome"><c>completed</c>, <c>failed</c> or <c>cancelled</c>; null while it runs.</param>
/// <param name="Totals">What was read.</param>
/// <param name="Windows">What it reads, and what it leaves out.</param>
public sealed record RunDocument(
    string RunId,
    string State,
    string Mode,
    DateOnly? From,
    DateOnly? To,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt,
    string? Outcome,
    RunTotals Totals,
    IReadOnlyList<WindowDocument> Windows)
{
    /// <summary><c>SIMULATED</c> when the data is; absent otherwise.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    public const string Running = "running";

    public const string Completed = "completed";

    public const string Failed = "failed";

    public const string Cancelled = "cancelled";

    public const string Stalled = "stalled";

    public const string Waiting = "waiting";

    public const string Paused = "paused";

    /// <summary>Every state.</summary>
    public static IReadOnlyList<string> States { get; } =
        [Running, Waiting, Paused, Stalled, Completed, Failed, Cancelled];

    /// <summary>
    /// Why it failed if no window shows it (its trigger was given up or rejected, nothing of an account may be read),
    /// and what to do; who cancelled or paused it; how many of its windows wait, and for what; absent otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>
    /// How often its plan asks each account at least, and how long that takes; empty until it is planned.
    /// </summary>
    public IReadOnlyList<AccountRequests> Requests { get; init; } = [];

    /// <summary>
    /// What its plan needs of the warehouse, what waits included; absent until it is planned, for a dry run, and where
    /// nothing limits it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WarehouseNeeds? Warehouse { get; init; }

    /// <summary>
    /// What is likely to go wrong with the plan as it is, although nothing has failed, and what to do; absent where
    /// nothing is.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>When something was last recorded for it, UTC.</summary>
    public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>For how many hours nothing was recorded for a run that is <c>stalled</c>; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SilentForHours { get; init; }

    /// <summary>
    /// Windows whose reports their vendors do not let the accounts' credentials read; they are no failures, unless
    /// nothing else of an account was read. Absent where there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RefusedWindows { get; init; }

    /// <summary>Windows that have not ended.</summary>
    [JsonIgnore]
    public int Pending =>
        Windows.Count(window => window.State is WindowDocument.Pending or WindowDocument.Waiting);
}

/// <summary>One window of a run.</summary>
/// <param name="Vendor">The vendor that is asked.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report that is requested.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC, inclusive.</param>
/// <param name="Why">
/// <c>new</c>, <c>asked for</c>, <c>forced</c>, <c>read again</c>, <c>gap</c>; for what is left out <c>settled</c>,
/// <c>pinned</c>, <c>left for a later run</c> or <c>refused before</c>.
/// </param>
/// <param name="State">
/// <c>loaded</c>, <c>empty</c>, <c>unchanged</c>, <c>skipped</c>, <c>refused</c> (the account's credential may not
/// read the report), <c>rejected</c>, <c>failed</c>; <c>pending</c> until it ends, <c>waiting</c> while no message asks
/// for it: the day's load jobs are spoken for, or its run is paused; <c>cancelled</c> if the run was before it ended.
/// </param>
/// <param name="Rows">Rows read.</param>
/// <param name="Tokens">Tokens read.</param>
/// <param name="LoadId">The load that holds the rows.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Reason">Why it failed, and what to do; the last failure while it is tried again.</param>
/// <param name="Differences">For a dry run: what would change, per day.</param>
/// <param name="Drift">What the vendor sent beyond its documentation.</param>
public sealed record WindowDocument(
    string Vendor,
    string Account,
    string Report,
    DateOnly From,
    DateOnly To,
    string Why,
    string State,
    long Rows,
    long Tokens,
    string? LoadId,
    int Attempts,
    string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<Load.SliceDifference>? Differences,
    IReadOnlyList<string> Drift) : ReportedMoney
{
    public const string Pending = "pending";

    public const string Waiting = "waiting";

    public const string Cancelled = "cancelled";

    /// <summary>Every state.</summary>
    public static IReadOnlyList<string> States { get; } = [.. Load.WindowState.All, Pending, Waiting, Cancelled];
}

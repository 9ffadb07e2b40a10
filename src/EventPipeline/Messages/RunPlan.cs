using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>
/// What one run reads, and why. Stored once, before anything is published; a second delivery of the trigger publishes
/// the stored plan again.
/// </summary>
/// <param name="RunId">The run.</param>
/// <param name="Mode">The run's mode.</param>
/// <param name="From">The first requested day, UTC.</param>
/// <param name="To">The last requested day, UTC, inclusive.</param>
/// <param name="RequestedAt">The trigger's own time, UTC: its day is the run's <em>today</em>.</param>
/// <param name="Windows">What is read, and what is left out.</param>
internal sealed record RunPlan(
    string RunId,
    RunMode Mode,
    DateOnly From,
    DateOnly To,
    DateTimeOffset RequestedAt,
    IReadOnlyList<PlannedWindow> Windows)
{
    /// <summary>
    /// How many load jobs per table it may take beyond what daily runs need; null for one for each window that might
    /// have waited.
    /// </summary>
    [JsonIgnore]
    public long? LoadsToSpare { get; init; }

    /// <summary>What it needs of the warehouse; null where nothing limits that, and for a dry run.</summary>
    [JsonIgnore]
    public WarehouseNeeds? Needs { get; init; }
}

/// <summary>What a plan needs of the warehouse at most, and what the day had left when it was made.</summary>
/// <param name="Messages">
/// In how many fetch messages its windows are read. What one of them brings is committed by one insert.
/// </param>
/// <param name="LoadJobs">How many load jobs a table takes for it at most.</param>
/// <param name="LoadJobsLeft">
/// How many load jobs of a table the day had left for windows that may wait, before this plan; null where none of it
/// had to wait, whatever was left.
/// </param>
/// <param name="InsertMinutes">How long its inserts take at least at the pace that the warehouse allows.</param>
public sealed record WarehouseNeeds(int Messages, int LoadJobs, int? LoadJobsLeft, double InsertMinutes);

/// <summary>One window of a plan.</summary>
/// <param name="Window">The days of one report.</param>
/// <param name="Why">One of <see cref="WindowReason"/>.</param>
/// <param name="Skipped">Whether it is left out.</param>
/// <param name="Force">Whether unchanged days are loaded too.</param>
/// <param name="Waiting">
/// Whether it is not published with the plan, because the day's load jobs are spoken for, but by a later run.
/// </param>
/// <param name="Rows">How many rows it may have, judged by the largest day that is known; null where none is.</param>
internal sealed record PlannedWindow(
    Window Window, string Why, bool Skipped = false, bool Force = false, bool Waiting = false, long? Rows = null)
{
    /// <summary>Whether it is published with the plan.</summary>
    [JsonIgnore]
    public bool IsPublished => !Skipped && !Waiting;

    /// <summary>
    /// Whether it may wait for a day with load jobs to spare: what every daily run reads may not.
    /// </summary>
    [JsonIgnore]
    public bool MayWait => !Skipped && Why is WindowReason.AskedFor or WindowReason.Forced or WindowReason.Gap;
}

/// <summary>Why a window is in a plan.</summary>
internal static class WindowReason
{
    /// <summary>The daily run's day, never read before.</summary>
    public const string New = "new";

    /// <summary>Requested by a person, never read before.</summary>
    public const string AskedFor = "asked for";

    /// <summary>Requested with force.</summary>
    public const string Forced = "forced";

    /// <summary>Read before, and the vendor may still restate it.</summary>
    public const string ReadAgain = "read again";

    /// <summary>Never read, though the vendor can still serve it.</summary>
    public const string Gap = "gap";

    /// <summary>Left out: its last read began after the vendor had stopped restating it.</summary>
    public const string Settled = "settled";

    /// <summary>Left out: a person restored an earlier version.</summary>
    public const string Pinned = "pinned";

    /// <summary>
    /// Left out: a gap that the next run looks for again, because the day's load jobs are spoken for.
    /// </summary>
    public const string LeftForLater = "left for a later run";

    /// <summary>
    /// Left out: the vendor refused the report when it was last asked for. The requested days ask whether it still
    /// does; the others follow once it does not.
    /// </summary>
    public const string RefusedBefore = "refused before";

    /// <summary>The order of publishing, lowest first.</summary>
    public static int Urgency(string why) =>
        why switch { New => 0, AskedFor => 1, Forced => 2, ReadAgain => 3, Gap => 4, _ => 5 };
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class RunPlanJson : JsonSerializerContext;

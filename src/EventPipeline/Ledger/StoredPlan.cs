using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>
/// A run's plan as it is stored: a row per window, written first, and one that names them, written last and once per
/// run. Windows of another plan, whose writer was not the first, count for nothing.
/// </summary>
/// <param name="PlanId">
/// Names the windows of this plan; null for one that an earlier version stored as one text.
/// </param>
/// <param name="Since">No event of the run is older than this, UTC.</param>
/// <param name="Head">What it says of itself; null for one that an earlier version stored.</param>
/// <param name="Text">The text of the event.</param>
internal sealed record StoredPlan(string? PlanId, DateTimeOffset Since, PlanHead? Head, string Text)
{
    // As long as Pub/Sub keeps a message, whose deliveries may each have written some of the windows.
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromDays(31);

    /// <summary>The id of a plan: the same for the same content.</summary>
    public static string IdOf(RunPlan plan) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(plan, RunPlanJson.Default.RunPlan)))[..32];

    /// <summary>Reads the event that names a plan.</summary>
    public static StoredPlan Read(Row planned)
    {
        var (text, recorded) = (planned.Text("details"), planned.Timestamp("recorded_at"));
        if (planned.TextOrNull("plan_id") is not { } id)
        {
            return new StoredPlan(null, DateTimeOffset.UnixEpoch, null, text);
        }

        var head = JsonSerializer.Deserialize(text, StoredPlanJson.Default.PlanHead)!;
        var earliest = recorded - LongestDelivery;
        return new StoredPlan(id, head.RequestedAt < earliest ? head.RequestedAt : earliest, head, text);
    }

    private static string Write(RunPlan plan)
    {
        var read = plan.Windows.Where(planned => !planned.Skipped).Select(planned => planned.Window).ToList();
        return JsonSerializer.Serialize(
            new PlanHead(
                plan.RunId,
                plan.Mode,
                plan.From,
                plan.To,
                plan.RequestedAt,
                read.Select(window => window.Id).Distinct().Count(),
                read.Select(window => window.From).Append(plan.From).Min(),
                read.Select(window => window.To).Append(plan.To).Max())
            {
                Needs = plan.Needs,
            },
            StoredPlanJson.Default.PlanHead);
    }

    /// <summary>What distinguishes the event that names a plan.</summary>
    /// <remarks>
    /// <c>row_count</c> is how many load jobs per table it may take beyond what daily runs need.
    /// </remarks>
    public static void Describe(RunPlan plan, Dictionary<string, object?> row)
    {
        row["details"] = Write(plan);
        row["state"] = plan.Windows.Any(planned => planned.Waiting) ? WindowDocument.Waiting : null;
        row["row_count"] = plan.LoadsToSpare
            ?? plan.Windows.LongCount(planned => planned.IsPublished && planned.MayWait);
    }

    /// <summary>What distinguishes the event of a window's being planned.</summary>
    public static void Describe(PlannedWindow planned, int position, Dictionary<string, object?> row)
    {
        row["state"] = planned.Skipped ? WindowState.Skipped : planned.Waiting ? WindowDocument.Waiting : null;
        row["reason"] = planned.Why;
        row["details"] = JsonSerializer.Serialize(
            new PlanPosition(position, planned.Force, planned.Rows), StoredPlanJson.Default.PlanPosition);
    }

    /// <summary>The whole plan, with the events of its windows.</summary>
    public RunPlan Plan(IEnumerable<Row> windows) => Head is null
        ? JsonSerializer.Deserialize(Text, RunPlanJson.Default.RunPlan)!
        : new RunPlan(
            Head.RunId,
            Head.Mode,
            Head.From,
            Head.To,
            Head.RequestedAt,
            [
                .. from row in windows
                   let at = JsonSerializer.Deserialize(row.Text("details"), StoredPlanJson.Default.PlanPosition)!
                   orderby at.Position
                   select new PlannedWindow(
                       new Window(
                           row.Text("vendor"),
                           row.Text("account"),
                           row.Text("report"),
                           row.Date("window_start"),
                           row.Date("window_end")),
                       row.Text("reason"),
                       row.TextOrNull("state") == WindowState.Skipped,
                       at.Force,
                       row.TextOrNull("state") == WindowDocument.Waiting,
                       at.Rows),
            ])
        {
            Needs = Head.Needs,
        };
}

/// <summary>What a stored plan says of itself.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Mode">The run's mode.</param>
/// <param name="From">The first requested day, UTC.</param>
/// <param name="To">The last requested day, UTC, inclusive.</param>
/// <param name="RequestedAt">The trigger's own time, UTC.</param>
/// <param name="WindowCount">How many windows it reads.</param>
/// <param name="FirstDay">The first day of all that it reads, UTC.</param>
/// <param name="LastDay">The last one.</param>
internal sealed record PlanHead(
    string RunId,
    RunMode Mode,
    DateOnly From,
    DateOnly To,
    DateTimeOffset RequestedAt,
    int WindowCount,
    DateOnly FirstDay,
    DateOnly LastDay)
{
    /// <summary>
    /// What it needs of the warehouse; null where nothing limits that, and of plans of earlier versions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WarehouseNeeds? Needs { get; init; }
}

/// <summary>
/// Where in its plan a window is, from 0, whether unchanged days are loaded too, and how many rows it may have.
/// </summary>
internal sealed record PlanPosition(
    int Position, bool Force, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Rows);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PlanHead))]
[JsonSerializable(typeof(PlanPosition))]
internal sealed partial class StoredPlanJson : JsonSerializerContext;

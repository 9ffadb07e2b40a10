using System.Text.Json.Serialization;
using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.FanOut;

/// <summary>What a run would come to if it were requested now. Nothing is asked of a vendor for it.</summary>
/// <param name="Mode"><c>production</c>, <c>development</c> or <c>dry_run</c>.</param>
/// <param name="From">The first requested day, UTC.</param>
/// <param name="To">The last requested day, UTC, inclusive.</param>
/// <param name="Windows">How many windows it would read.</param>
/// <param name="Slices">How many days of reports they are.</param>
/// <param name="Waiting">How many of the windows would wait for another day's load jobs.</param>
/// <param name="Reasons">Why days are read, or left out.</param>
/// <param name="Requests">How often each account is asked at least, and how long that takes.</param>
/// <param name="TakesDays">
/// On how many days its windows are published, today included; null if daily runs leave no load jobs for those that
/// wait.
/// </param>
public sealed record RunEstimate(
    string Mode,
    DateOnly From,
    DateOnly To,
    int Windows,
    int Slices,
    int Waiting,
    IReadOnlyList<PlannedReason> Reasons,
    IReadOnlyList<AccountRequests> Requests,
    int? TakesDays)
{
    /// <summary><c>SIMULATED</c> when the data is; absent otherwise.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    /// <summary>What it needs of the warehouse; absent for a dry run, and where nothing limits that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WarehouseNeeds? Warehouse { get; init; }

    /// <summary>What is likely to go wrong with it, and what to do; absent where nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>Windows of a plan that have one reason.</summary>
/// <param name="Why">As of a window of a run.</param>
/// <param name="Skipped">Whether they are left out.</param>
/// <param name="Windows">How many.</param>
/// <param name="Slices">How many days of reports they are.</param>
public sealed record PlannedReason(string Why, bool Skipped, int Windows, int Slices);

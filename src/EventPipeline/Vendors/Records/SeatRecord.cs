using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Records;

/// <summary>
/// A person's place in an organisation on the day of the snapshot, and what their meter showed then. The amounts grow
/// through a billing cycle, so those of two days are never added.
/// </summary>
public sealed record SeatRecord : VendorRecord
{
    public const string TableName = "seat";

    public required string UserId { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Role { get; init; }

    public string? Plan { get; init; }

    /// <summary>The vendor's word for the state of the seat.</summary>
    public string? State { get; init; }

    /// <summary>When the vendor says it was given, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the vendor says it was used last, UTC.</summary>
    public DateTimeOffset? LastActiveAt { get; init; }

    /// <summary>When the billing cycle began that the amounts belong to, UTC.</summary>
    public DateTimeOffset? CycleStart { get; init; }

    /// <summary>What was spent in the cycle beyond what the plan covers, US dollars.</summary>
    public decimal? SpendUsd { get; init; }

    /// <summary>What was spent in the cycle, usage that the plan covers included, US dollars.</summary>
    public decimal? OverallSpendUsd { get; init; }

    /// <summary>What may be spent in the cycle, US dollars.</summary>
    public decimal? LimitUsd { get; init; }

    /// <summary>What has no separate column, as a JSON object.</summary>
    public JsonElement? Details { get; init; }

    [JsonIgnore]
    public override string Table => TableName;
}

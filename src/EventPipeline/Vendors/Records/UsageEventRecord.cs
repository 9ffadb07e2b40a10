using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Records;

/// <summary>
/// One thing that somebody used, at its moment, with its price. Null is "not reported", 0 is "reported as zero". The
/// token columns are disjoint.
/// </summary>
public sealed record UsageEventRecord : BucketRecord
{
    public const string TableName = "usage_event";

    /// <summary>
    /// Which one it is of the events that agree in everything that the vendor distinguishes events by, from 1.
    /// </summary>
    public required long Ordinal { get; init; }

    /// <summary>The vendor's word for how it is paid for, e.g. <c>Usage-based</c>.</summary>
    public string? Kind { get; init; }

    public string? ConversationId { get; init; }

    /// <summary>The agent that worked in the vendor's cloud.</summary>
    public string? AgentId { get; init; }

    public string? AutomationId { get; init; }

    public bool? IsMaxMode { get; init; }

    /// <summary>Whether nobody sat at it.</summary>
    public bool? IsHeadless { get; init; }

    public bool? IsTokenBased { get; init; }

    /// <summary>Whether it is charged beyond what the plan covers.</summary>
    public bool? IsChargeable { get; init; }

    /// <summary>Input tokens neither read from nor written to a cache.</summary>
    public long? InputUncachedTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    public long? CacheWriteTokens { get; init; }

    public long? OutputTokens { get; init; }

    /// <summary>What is counted in something other than tokens.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>What <see cref="Quantity"/> counts: <c>request_units</c>.</summary>
    public string? QuantityUnit { get; init; }

    /// <summary>The whole price, fee included, US dollars. Negative amounts are credits and stay negative.</summary>
    public required decimal ChargedUsd { get; init; }

    /// <summary>Of <see cref="ChargedUsd"/>, the vendor's fee.</summary>
    public decimal? FeeUsd { get; init; }

    /// <summary>What the model costs before a discount, US dollars.</summary>
    public decimal? ModelUsd { get; init; }

    /// <summary>The discount on <see cref="ModelUsd"/>.</summary>
    public decimal? DiscountPercent { get; init; }

    /// <summary>
    /// Which kind of money <see cref="ChargedUsd"/> is, one of <see cref="CostBasis"/>. A total uses one.
    /// </summary>
    public required string Basis { get; init; }

    /// <summary>Dimensions without a column, as a JSON object.</summary>
    public JsonElement? Dimensions { get; init; }

    [JsonIgnore]
    public override string Table => TableName;

    [JsonIgnore]
    public override decimal CountedQuantity => Quantity ?? 0;

    [JsonIgnore]
    public override bool TellsQuantity => Quantity is not null;

    [JsonIgnore]
    public override TokenCounts TokenCounts =>
        new(InputUncachedTokens ?? 0, CacheReadTokens ?? 0, CacheWriteTokens ?? 0, OutputTokens ?? 0);
}

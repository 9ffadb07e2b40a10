using System.Text.Json.Serialization;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Records;

/// <summary>One row of a fact table, as read. Property names in snake case are the column names.</summary>
public abstract record VendorRecord : VendorItem
{
    /// <summary>The natural key, unique within a slice.</summary>
    public required RowKey RowKey { get; init; }

    /// <summary>The vendor's name.</summary>
    public required string Vendor { get; init; }

    /// <summary>
    /// Which account: the vendor's own organisation id, or the first name of an account whose vendor gives none.
    /// </summary>
    public required string AccountId { get; init; }

    /// <summary>The report's name.</summary>
    public required string Report { get; init; }

    /// <summary>
    /// What a row stands for: the grouping it was asked with, and its version, e.g. <c>by_model.v1</c>.
    /// </summary>
    public required string Grain { get; init; }

    /// <summary>The UTC day.</summary>
    public required DateOnly UsageDate { get; init; }

    /// <summary>What the vendor said beside it: it distinguishes rows that share a natural key.</summary>
    [JsonIgnore]
    public RowWords Words { get; init; }

    /// <summary>The table, e.g. <c>usage</c>; stored as <c>usage_versions</c>.</summary>
    [JsonIgnore]
    public abstract string Table { get; }

    /// <summary>Tokens that count as usage, each once, by what they were.</summary>
    [JsonIgnore]
    public virtual TokenCounts TokenCounts => default;

    /// <summary>All of them.</summary>
    /// <exception cref="OverflowException">There are more than 2^63.</exception>
    [JsonIgnore]
    public long Tokens => TokenCounts.Total;

    /// <summary>Requests.</summary>
    [JsonIgnore]
    public virtual long RequestCount => 0;

    /// <summary>What is counted in a separate unit.</summary>
    [JsonIgnore]
    public virtual decimal CountedQuantity => 0;

    /// <summary>Whether it has one, even 0.</summary>
    [JsonIgnore]
    public virtual bool TellsQuantity => false;
}

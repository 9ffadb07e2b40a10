using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Records;

/// <summary>
/// What was used in one bucket, by the dimensions the vendor groups by. Null is "not reported", 0 is "reported as
/// zero". The token columns are disjoint; reasoning tokens are part of the output and are not added.
/// </summary>
public sealed record UsageRecord : BucketRecord
{
    public const string TableName = "usage";

    public bool? IsBatch { get; init; }

    /// <summary>The vendor's product or endpoint, e.g. <c>messages</c>, <c>completions</c>.</summary>
    public string? Product { get; init; }

    /// <summary>Input tokens neither read from nor written to a cache.</summary>
    public long? InputUncachedTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    /// <summary>All tokens written to a cache, whatever their lifetime.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Of <see cref="CacheWriteTokens"/>, those with a lifetime of five minutes.</summary>
    [JsonPropertyName("cache_write_5m_tokens")]
    public long? CacheWrite5mTokens { get; init; }

    /// <summary>Of <see cref="CacheWriteTokens"/>, those with a lifetime of one hour.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long? CacheWrite1hTokens { get; init; }

    public long? OutputTokens { get; init; }

    /// <summary>Of <see cref="OutputTokens"/>, those spent on reasoning.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>
    /// Requests to models, each once over all reports of a vendor: a report that counts again what another counts keeps
    /// them as a dimension.
    /// </summary>
    public long? Requests { get; init; }

    /// <summary>What is counted in something other than tokens or requests.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>
    /// What <see cref="Quantity"/> counts: <c>images</c>, <c>characters</c>, <c>seconds</c>, <c>bytes</c> …
    /// </summary>
    public string? QuantityUnit { get; init; }

    /// <summary>Dimensions and splits without a column, as a JSON object.</summary>
    public JsonElement? Dimensions { get; init; }

    [JsonIgnore]
    public override string Table => TableName;

    [JsonIgnore]
    public override long RequestCount => Requests ?? 0;

    [JsonIgnore]
    public override decimal CountedQuantity => Quantity ?? 0;

    [JsonIgnore]
    public override bool TellsQuantity => Quantity is not null;

    [JsonIgnore]
    public override TokenCounts TokenCounts =>
        new(InputUncachedTokens ?? 0, CacheReadTokens ?? 0, CacheWriteTokens ?? 0, OutputTokens ?? 0);
}

/// <summary>Makes records of usage.</summary>
internal static class UsageRecords
{
    /// <summary>A record of an object's numbers, whose tokens add up within 64 bits.</summary>
    /// <exception cref="RejectedEventException">They do not.</exception>
    public static TRecord Usage<TRecord>(this Fields fields, TRecord record)
        where TRecord : VendorRecord
    {
        try
        {
            _ = record.Tokens;
            return record;
        }
        catch (OverflowException exception)
        {
            throw fields.TooLarge(exception);
        }
    }
}

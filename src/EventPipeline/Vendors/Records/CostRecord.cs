using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Records;

/// <summary>Money for one line, in US dollars. Negative amounts are credits and stay negative.</summary>
public sealed record CostRecord : BucketRecord
{
    public const string TableName = "cost";

    /// <summary>The vendor's text of the line.</summary>
    public string? LineItem { get; init; }

    /// <summary>The vendor's class of the line, e.g. <c>tokens</c>, <c>web_search</c>.</summary>
    public string? CostType { get; init; }

    public string? TokenType { get; init; }

    public string? Sku { get; init; }

    /// <summary>Net, US dollars, at most 18 decimals.</summary>
    public required decimal AmountUsd { get; init; }

    public decimal? ListUsd { get; init; }

    public decimal? DiscountUsd { get; init; }

    public decimal? FeeUsd { get; init; }

    /// <summary>The currency the vendor stated, upper case; always <c>USD</c> today.</summary>
    public required string Currency { get; init; }

    /// <summary>Which kind of money it is, one of <see cref="CostBasis"/>. A total uses one.</summary>
    public required string Basis { get; init; }

    public bool? IsChargeable { get; init; }

    public decimal? Quantity { get; init; }

    public string? QuantityUnit { get; init; }

    /// <summary>Dimensions without a column, as a JSON object.</summary>
    public JsonElement? Dimensions { get; init; }

    [JsonIgnore]
    public override string Table => TableName;

    [JsonIgnore]
    public override decimal CountedQuantity => Quantity ?? 0;

    [JsonIgnore]
    public override bool TellsQuantity => Quantity is not null;
}

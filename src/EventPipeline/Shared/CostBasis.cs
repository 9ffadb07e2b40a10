namespace EventPipeline.Shared;

/// <summary>The kinds of money; they overlap and are never added to each other.</summary>
public static class CostBasis
{
    /// <summary>What the vendor invoices.</summary>
    public const string Billed = "billed";

    /// <summary>What the vendor estimates; overlaps what it bills.</summary>
    public const string Estimated = "estimated";

    /// <summary>What it would cost before discounts.</summary>
    public const string List = "list";

    /// <summary>Usage at the vendor's prices, no matter who pays for it, or whether anyone does.</summary>
    public const string PricedUsage = "priced_usage";

    /// <summary>What a meter shows: all that was spent until it was read. It is verified; no total adds it.</summary>
    public const string Cumulative = "cumulative";
}

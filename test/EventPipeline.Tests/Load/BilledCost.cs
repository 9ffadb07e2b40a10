using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Load;

/// <summary>A row of billed cost, for tests that care for little else.</summary>
internal static class BilledCost
{
    /// <summary>What Anthropic billed <c>org-1</c> for a day, US dollars.</summary>
    public static CostRecord Of(DateOnly day, RowKey key, decimal usd) => new()
    {
        RowKey = key,
        Vendor = "anthropic",
        AccountId = "org-1",
        Report = "cost",
        Grain = "all.v1",
        UsageDate = day,
        BucketStart = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero),
        BucketWidth = "1d",
        AmountUsd = usd,
        Currency = "USD",
        Basis = CostBasis.Billed,
    };
}

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>GET /api/v1/credits: all that was ever bought and used, in dollars. Both only grow.</summary>
/// <remarks>https://openrouter.ai/docs/api/api-reference/credits/get-credits</remarks>
internal static class Credits
{
    private const string Grain = "meter.v1";

    private static readonly FrozenSet<string> Meters = ["total_credits", "total_usage"];

    /// <summary>Streams what the meters show now.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        OpenRouterLists lists, FetchContext fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var data = await lists.ReadObjectAsync("credits", cancellationToken);
        data.NoteUnknown(Meters);
        yield return new BucketArrived(fetch.Window.From);
        foreach (var meter in Meters.Order(StringComparer.Ordinal))
        {
            yield return Record(fetch, meter, data);
        }
    }

    private static CostRecord Record(FetchContext fetch, string meter, Fields data) => new()
    {
        RowKey = NaturalKey.Create(fetch, Grain, fetch.Window.From, ("meter", meter)),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = Grain,
        UsageDate = fetch.Window.From,
        BucketStart = fetch.Window.From.Start(),
        BucketWidth = Bucket.DayWidth,
        CostType = meter,
        AmountUsd = data.Exact(meter, Money.AsIs),
        Currency = "USD",
        Basis = CostBasis.Cumulative,
    };
}

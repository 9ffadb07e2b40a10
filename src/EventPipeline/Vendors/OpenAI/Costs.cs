using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>GET /v1/organization/costs: what is billed per day and line, in dollars.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/usage/costs</remarks>
internal static class Costs
{
    private const string ApiKey = "api_key_id";

    /// <summary>Grouping by key is documented and was refused to large organizations in 2026.</summary>
    public static readonly IReadOnlyList<Grain> Grains = Grain.Ladder(
        "project_line_item_api_key.v1", ["project_id", "line_item", ApiKey], "project_id", "line_item");

    // The organisation was seen in rows and is the same in all of them; user and source of the call are there only if
    // requested.
    private static readonly Shape Shape = new()
    {
        Types = ["organization.costs.result"],
        Dimensions = ["line_item", "project_id", ApiKey, "user_id", "api_source"],
        Metrics = ["quantity"],
        Traits = ["quantity_unit", "organization_id", "organization_name"],
        Objects = [("amount", new Shape { Metrics = ["value"], Ignored = ["currency"] })],
    };

    /// <summary>Streams the window. The vendor was seen to give a cursor beyond its last data.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages, Conversation conversation, FetchContext fetch, CancellationToken cancellationToken)
    {
        var query = OpenAIPages.Buckets(
            Grains, grain => new VendorRequest(OpenAIQuery.Buckets("v1/organization/costs", fetch.Window, grain)));
        return pages.ReadBucketsAsync(
            conversation,
            query with { CursorOutlivesData = true },
            (grain, day, row) => Record(fetch, grain, day, row),
            cancellationToken);
    }

    private static CostRecord Record(FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var amount = row.Object("amount");
        return new CostRecord
        {
            RowKey = row.Key(fetch, grain.Name, day, grain.Dimensions),
            Words = row.Words(Shape, grain.Dimensions),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain.Name,
            UsageDate = day,
            BucketStart = day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = row.Text("project_id"),
            ApiKeyId = row.Text(ApiKey),
            LineItem = row.Text("line_item"),
            AmountUsd = amount.Exact("value", Money.AsIs),
            Currency = amount.UsDollars("currency"),
            Basis = CostBasis.Billed,
            Quantity = row.ExactOrNull("quantity", Money.AsIs),
            QuantityUnit = row.Text("quantity_unit"),
        };
    }
}

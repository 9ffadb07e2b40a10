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
    private const string User = "user_id";
    private const string Source = "api_source";
    private const string Organization = "organization_id";

    private static readonly string[] Dimensions = ["project_id", "line_item", ApiKey, User, Source];

    /// <summary>
    /// Grouping by key is documented and was refused to large organizations in 2026; by user together with project it
    /// depends on the organization and the days.
    /// </summary>
    public static readonly IReadOnlyList<Grain> Grains = Grain.Ladder(
        "project_line_item_api_key_user_api_source.v1", Dimensions, "project_id", "line_item", ApiKey);

    // The organisation was seen in rows and is the same in all of them.
    private static readonly Shape Shape = new()
    {
        Types = ["organization.costs.result"],
        Dimensions = Dimensions,
        Metrics = ["quantity"],
        Traits = ["quantity_unit", Organization, "organization_name"],
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
            (grain, day, row) => Record(conversation, fetch, grain, day, row),
            cancellationToken);
    }

    private static CostRecord Record(
        Conversation conversation, FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        if (row.Text(Organization) is { Length: > 0 } organization)
        {
            conversation.NoteOrganization(organization, isId: true);
        }

        var amount = row.Object("amount");
        var (user, line) = (row.Text(User), row.Text("line_item"));
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
            ActorType = user is null ? null : "user",
            ActorId = user,
            ApiKeyId = row.Text(ApiKey),
            Model = LineItem.Model(line),
            LineItem = line,
            AmountUsd = amount.Exact("value", Money.AsIs),
            Currency = amount.UsDollars("currency"),
            Basis = CostBasis.Billed,
            Quantity = row.ExactOrNull("quantity", Money.AsIs),
            QuantityUnit = row.Text("quantity_unit"),
            Dimensions = row.Details().Add(Source, row.Text(Source)).ToJson(),
        };
    }
}

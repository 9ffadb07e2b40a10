using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>GET /v1/organizations/cost_report: what is billed per day and line, in cents.</summary>
/// <remarks>https://platform.claude.com/docs/en/api/admin/cost_report/retrieve</remarks>
internal static class CostReport
{
    private const string Path = "v1/organizations/cost_report";

    private static readonly Grain[] Grains = [new("workspace_description.v1", "workspace_id", "description")];

    // Grouping by description also fills these; two lines may differ in nothing else.
    private static readonly string[] KeyNames =
        [
            "workspace_id",
            "description",
            "cost_type",
            "model",
            "service_tier",
            "token_type",
            "context_window",
            "inference_geo",
        ];

    private static readonly Shape Shape = new() { Dimensions = KeyNames, Metrics = ["amount"], Ignored = ["currency"] };

    /// <summary>Streams the window.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages, Conversation conversation, FetchContext fetch, CancellationToken cancellationToken) =>
        pages.ReadBucketsAsync(
            conversation,
            AnthropicPages.Buckets(
                Grains, grain => new VendorRequest(AnthropicQuery.Buckets(Path, fetch.Window, grain))),
            (grain, day, row) => Record(fetch, grain, day, row),
            cancellationToken);

    private static CostRecord Record(FetchContext fetch, Grain grain, DateOnly day, Fields row) => new()
    {
        RowKey = row.Key(fetch, grain.Name, day, KeyNames),
        Words = row.Words(Shape, KeyNames),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = grain.Name,
        UsageDate = day,
        BucketStart = day.Start(),
        BucketWidth = Bucket.DayWidth,
        SubAccountId = row.Text("workspace_id"),
        Model = row.Text("model"),
        ServiceTier = row.Text("service_tier"),
        ContextWindow = row.Text("context_window"),
        Region = row.Text("inference_geo"),
        LineItem = row.Text("description"),
        CostType = row.Text("cost_type"),
        TokenType = row.Text("token_type"),
        AmountUsd = row.Exact("amount", Money.FromCents),
        Currency = row.UsDollars("currency"),
        Basis = CostBasis.Billed,
    };
}

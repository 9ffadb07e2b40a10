using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/cost_report and /user_cost_report: what is billed per day, product, model, kind and
/// person, after discounts and before credits, and its list price, in cents.
/// </summary>
internal static class EnterpriseCost
{
    /// <summary>What the older reports could be grouped by as well.</summary>
    public static readonly IReadOnlyList<string> OtherDimensions =
    [
        "context_window", "inference_geo", "speed", "rbac_group_id", "slack_channel_id", "claude_tag_category",
        "claude_tag_user_id",
    ];

    private static readonly string[] Groups = ["product", "model", "cost_type", "token_type"];

    private static readonly Shape Shape = new()
    {
        Dimensions = [.. Groups, .. OtherDimensions],
        Metrics = ["amount", "list_amount", "requests"],
        Ignored = ["starting_at", "ending_at", "actor", "currency"],
    };

    /// <summary>The report.</summary>
    public static readonly EnterpriseReport Report = new(
        "cost_report", "user_cost_report", EnterpriseReport.GrainsOf(Groups, "product_model_type"), Read, Record);

    private static EnterpriseShare Read(Fields row)
    {
        row.UsDollars("currency");
        return new EnterpriseShare(
            new EnterpriseGroup(
                row.Text("product"), row.Text("model"), row.Text("cost_type"), row.Text("token_type")),
            AnalyticsActor.Read(row),
            [row.Exact("amount", Money.FromCents), row.Exact("list_amount", Money.FromCents)],
            row.Words(Shape, Groups));
    }

    private static CostRecord Record(FetchContext fetch, Grain grain, DateOnly day, EnterpriseShare share) => new()
    {
        RowKey = EnterpriseReport.Key(fetch, grain, day, share),
        Words = share.Words,
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = grain.Name,
        UsageDate = day,
        BucketStart = day.Start(),
        BucketWidth = Bucket.DayWidth,
        ActorType = share.Actor?.Type,
        ActorId = share.Actor?.Id,
        Model = share.Group.Model,
        CostType = share.Group.CostType,
        TokenType = share.Group.TokenType,
        AmountUsd = share.Numbers[0],
        ListUsd = share.Numbers[1],
        Currency = "USD",
        Basis = CostBasis.Billed,
        Dimensions = new Details().Add("product", share.Group.Product).ToJson(),
    };
}

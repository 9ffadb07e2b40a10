using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/cost: what is billed per day and group, after discounts and before credits, and its
/// list price, in cents.
/// </summary>
internal static class AnalyticsCost
{
    private const string Path = "v1/organizations/analytics/cost";
    private const string CostType = "cost_type";
    private const string TokenType = "token_type";

    /// <summary>
    /// The two types do not count among the five dimensions. A token type alone would leave out what is no token, so
    /// it is never asked for without the cost type.
    /// </summary>
    public static readonly IReadOnlyList<Grain> Grains =
    [
        .. Grain.Ladder(
            "workspace_key_model_product_actor_type.v1",
            [.. AnalyticsGroup.Dimensions, CostType, TokenType],
            [CostType, TokenType, .. AnalyticsGroup.Important])
            .Where(grain => grain.Dimensions.Contains(CostType) || !grain.Dimensions.Contains(TokenType)),
    ];

    private static readonly Shape GroupShape = AnalyticsGroup.Shape(CostType, TokenType);

    private static readonly Shape Shape = new()
    {
        Ignored = ["starting_at", "ending_at", "group"],
        Objects =
        [
            ("cost", new Shape { Metrics = ["amount", "list_amount", "requests"], Ignored = ["currency"] }),
        ],
    };

    /// <summary>Streams the window.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        GroupedRows rows, Conversation conversation, FetchContext fetch, CancellationToken cancellationToken) =>
        AnalyticsRows.ReadAsync(
            rows,
            conversation,
            new AnalyticsQuery<CostRecord>(
                Path, Grains, (grain, day, row) => Record(fetch, grain, day, row), Add),
            cancellationToken);

    private static CostRecord Record(FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var (group, cost) = (row.Object("group"), row.Object("cost"));
        var actor = AnalyticsActor.Read(group);
        return new CostRecord
        {
            RowKey = AnalyticsGroup.Key(fetch, grain, day, group),
            Words = AnalyticsGroup.Words(row, Shape, group, GroupShape, grain),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain.Name,
            UsageDate = day,
            BucketStart = day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = group.Text("workspace_id"),
            ActorType = actor?.Type,
            ActorId = actor?.Id,
            ApiKeyId = group.Text("api_key_id"),
            Model = group.Text("model"),
            CostType = group.Text(CostType),
            TokenType = group.Text(TokenType),
            AmountUsd = cost.Exact("amount", Money.FromCents),
            ListUsd = cost.ExactOrNull("list_amount", Money.FromCents),
            Currency = cost.UsDollars("currency"),
            Basis = CostBasis.Billed,
            Dimensions = row.Details().Add("product", group.Text("product")).ToJson(),
        };
    }

    private static CostRecord Add(CostRecord sum, CostRecord row) => sum with
    {
        Words = row.Words with { Values = unchecked(sum.Words.Values + row.Words.Values) },
        AmountUsd = Add(sum.AmountUsd, row.AmountUsd),
        ListUsd = sum.ListUsd is { } one && row.ListUsd is { } other ? Add(one, other) : null,
    };

    private static decimal Add(decimal one, decimal other) => Money.TryAdd(one, other, out var sum)
        ? sum
        : throw new OverflowException("The amounts add up to more digits than a decimal holds.");
}

using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>GET /v1/organizations/analytics/usage: tokens and requests per day and group.</summary>
internal static class AnalyticsUsage
{
    private const string Path = "v1/organizations/analytics/usage";

    /// <summary>What one kind of organisation, or a large one, does not serve leaves a coarser grain.</summary>
    public static readonly IReadOnlyList<Grain> Grains = Grain.Ladder(
        "workspace_key_model_product_actor.v1", AnalyticsGroup.Dimensions, AnalyticsGroup.Important);

    private static readonly Shape GroupShape = AnalyticsGroup.Shape();

    private static readonly Shape Shape = new()
    {
        Ignored = ["starting_at", "ending_at", "group"],
        Objects =
        [
            ("usage", new Shape
            {
                Metrics =
                [
                    "uncached_input_tokens", "cache_read_input_tokens", "output_tokens", "requests", "total_tokens",
                ],
                Objects =
                [
                    ("cache_creation", new Shape
                    {
                        Metrics = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"],
                    }),
                    ("server_tool_use", new Shape { Metrics = ["web_search_requests"] }),
                ],
            }),
        ],
    };

    /// <summary>Streams the window.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        GroupedRows rows, Conversation conversation, FetchContext fetch, CancellationToken cancellationToken) =>
        AnalyticsRows.ReadAsync(
            rows,
            conversation,
            new AnalyticsQuery<UsageRecord>(
                Path, Grains, (grain, day, row) => Record(fetch, grain, day, row), Add),
            cancellationToken);

    private static UsageRecord Record(FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var (group, usage) = (row.Object("group"), row.Object("usage"));
        var (cacheCreation, serverToolUse) = (usage.Object("cache_creation"), usage.Object("server_tool_use"));
        var actor = AnalyticsActor.Read(group);
        var write5m = cacheCreation.GetInt64("ephemeral_5m_input_tokens");
        var write1h = cacheCreation.GetInt64("ephemeral_1h_input_tokens");
        var record = row.Usage(new UsageRecord
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
            Product = group.Text("product"),
            InputUncachedTokens = usage.GetInt64("uncached_input_tokens"),
            CacheReadTokens = usage.GetInt64("cache_read_input_tokens"),
            CacheWriteTokens = usage.Sum(write5m, write1h),
            CacheWrite5mTokens = write5m,
            CacheWrite1hTokens = write1h,
            OutputTokens = usage.GetInt64("output_tokens"),
            Requests = usage.GetInt64OrNull("requests"),
            Quantity = serverToolUse.GetInt64("web_search_requests"),
            QuantityUnit = "web_search_requests",
        });

        // It repeats the others: what it has more is of a kind that nobody has documented.
        if (usage.GetInt64OrNull("total_tokens") is { } total && total != record.Tokens)
        {
            usage.Note(".total_tokens is not the sum of the documented tokens");
        }

        return record;
    }

    private static UsageRecord Add(UsageRecord sum, UsageRecord row)
    {
        checked
        {
            return sum with
            {
                Words = row.Words with { Values = unchecked(sum.Words.Values + row.Words.Values) },
                InputUncachedTokens = sum.InputUncachedTokens + row.InputUncachedTokens,
                CacheReadTokens = sum.CacheReadTokens + row.CacheReadTokens,
                CacheWriteTokens = sum.CacheWriteTokens + row.CacheWriteTokens,
                CacheWrite5mTokens = sum.CacheWrite5mTokens + row.CacheWrite5mTokens,
                CacheWrite1hTokens = sum.CacheWrite1hTokens + row.CacheWrite1hTokens,
                OutputTokens = sum.OutputTokens + row.OutputTokens,
                Requests = sum.Requests is null && row.Requests is null
                    ? null
                    : (sum.Requests ?? 0) + (row.Requests ?? 0),
                Quantity = sum.Quantity + row.Quantity,
            };
        }
    }
}

using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>GET /v1/organizations/usage_report/messages: tokens per day and dimensions.</summary>
/// <remarks>https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages</remarks>
internal static class MessagesUsage
{
    private const string Path = "v1/organizations/usage_report/messages";
    public const string Speed = "speed";
    public const string SpeedBeta = "fast-mode-2026-02-01";

    /// <summary>
    /// Large organisations may be refused many dimensions at once; each fallback is a separate grain.
    /// </summary>
    public static readonly IReadOnlyList<Grain> Grains =
    [
        new(
            "all_dimensions_and_speed.v1",
            "account_id",
            "service_account_id",
            "api_key_id",
            "workspace_id",
            "model",
            "service_tier",
            "context_window",
            "inference_geo",
            Speed),
        new(
            "all_dimensions.v1",
            "account_id",
            "service_account_id",
            "api_key_id",
            "workspace_id",
            "model",
            "service_tier",
            "context_window",
            "inference_geo"),
        new(
            "api_key_workspace_model_tier_context.v1",
            "api_key_id",
            "workspace_id",
            "model",
            "service_tier",
            "context_window"),
        new("workspace_model.v1", "workspace_id", "model"),
    ];

    private static readonly Shape Shape = new()
    {
        Dimensions = Grains[0].Dimensions,
        Metrics = ["uncached_input_tokens", "cache_read_input_tokens", "output_tokens"],
        Objects =
        [
            ("cache_creation", new Shape { Metrics = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"] }),
            ("server_tool_use", new Shape { Metrics = ["web_search_requests"] }),
        ],
    };

    /// <summary>Streams the window.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages, Conversation conversation, FetchContext fetch, CancellationToken cancellationToken) =>
        pages.ReadBucketsAsync(
            conversation,
            AnthropicPages.Buckets(Grains, grain => Request(fetch.Window, grain)),
            (grain, day, row) => Record(fetch, grain, day, row),
            cancellationToken);

    private static VendorRequest Request(Window window, Grain grain) => new(AnthropicQuery.Buckets(Path, window, grain))
    {
        Headers = grain.Dimensions.Contains(Speed) ? [("anthropic-beta", SpeedBeta)] : [],
    };

    private static UsageRecord Record(FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var cacheCreation = row.Object("cache_creation");
        var serverToolUse = row.Object("server_tool_use");
        var accountId = row.Text("account_id");
        var serviceAccountId = row.Text("service_account_id");
        var serviceTier = row.Text("service_tier");
        var both = accountId is not null && serviceAccountId is not null;
        var write5m = cacheCreation.GetInt64("ephemeral_5m_input_tokens");
        var write1h = cacheCreation.GetInt64("ephemeral_1h_input_tokens");
        return row.Usage(new UsageRecord
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
            SubAccountId = row.Text("workspace_id"),
            ActorType = accountId is not null ? "user" : serviceAccountId is not null ? "service_account" : null,
            ActorId = accountId ?? serviceAccountId,
            ApiKeyId = row.Text("api_key_id"),
            Model = row.Text("model"),
            ServiceTier = serviceTier,
            ContextWindow = row.Text("context_window"),
            Region = row.Text("inference_geo"),
            IsBatch = serviceTier is null ? null : serviceTier == "batch",
            Product = "messages",
            InputUncachedTokens = row.GetInt64("uncached_input_tokens"),
            CacheReadTokens = row.GetInt64("cache_read_input_tokens"),
            CacheWriteTokens = row.Sum(write5m, write1h),
            CacheWrite5mTokens = write5m,
            CacheWrite1hTokens = write1h,
            OutputTokens = row.GetInt64("output_tokens"),
            Quantity = serverToolUse.GetInt64("web_search_requests"),
            QuantityUnit = "web_search_requests",
            Dimensions = row.Details()
                .Add("account_id", both ? accountId : null)
                .Add("service_account_id", both ? serviceAccountId : null)
                .Add(Speed, row.Text(Speed))
                .ToJson(),
        });
    }
}

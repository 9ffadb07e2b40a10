using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/usage_report and /user_usage_report: tokens and requests per day, product, model and
/// person.
/// </summary>
internal static class EnterpriseUsage
{
    private static readonly string[] Groups = ["product", "model"];

    private static readonly Shape Shape = new()
    {
        Dimensions = [.. Groups, .. EnterpriseCost.OtherDimensions],
        Metrics = ["uncached_input_tokens", "cache_read_input_tokens", "output_tokens", "requests", "total_tokens"],
        Ignored = ["starting_at", "ending_at", "actor"],
        Objects =
        [
            ("cache_creation", new Shape { Metrics = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"] }),
            ("server_tool_use", new Shape { Metrics = ["web_search_requests"] }),
        ],
    };

    /// <summary>The report.</summary>
    public static readonly EnterpriseReport Report = new(
        "usage_report", "user_usage_report", EnterpriseReport.GrainsOf(Groups, "product_model"), Read, Record);

    private static EnterpriseShare Read(Fields row)
    {
        var (cacheCreation, serverToolUse) = (row.Object("cache_creation"), row.Object("server_tool_use"));
        long[] tokens =
        [
            row.GetInt64("uncached_input_tokens"),
            row.GetInt64("cache_read_input_tokens"),
            cacheCreation.GetInt64("ephemeral_5m_input_tokens"),
            cacheCreation.GetInt64("ephemeral_1h_input_tokens"),
            row.GetInt64("output_tokens"),
        ];
        var sum = tokens.Aggregate(row.Sum);
        if (row.GetInt64OrNull("total_tokens") is { } total && total != sum)
        {
            row.Note(".total_tokens is not the sum of the documented tokens");
        }

        return new EnterpriseShare(
            new EnterpriseGroup(row.Text("product"), row.Text("model")),
            AnalyticsActor.Read(row),
            [
                .. tokens.Select(count => (decimal)count),
                row.GetInt64OrNull("requests") ?? 0,
                serverToolUse.GetInt64("web_search_requests"),
            ],
            row.Words(Shape, Groups));
    }

    private static UsageRecord Record(FetchContext fetch, Grain grain, DateOnly day, EnterpriseShare share)
    {
        long[] counts = [.. share.Numbers.Select(decimal.ToInt64)];
        return new UsageRecord
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
            Product = share.Group.Product,
            InputUncachedTokens = counts[0],
            CacheReadTokens = counts[1],
            CacheWriteTokens = counts[2] + counts[3],
            CacheWrite5mTokens = counts[2],
            CacheWrite1hTokens = counts[3],
            OutputTokens = counts[4],
            Requests = counts[5],
            Quantity = counts[6],
            QuantityUnit = "web_search_requests",
        };
    }
}

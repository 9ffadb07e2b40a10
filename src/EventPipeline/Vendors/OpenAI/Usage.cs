using System.Collections.Frozen;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// GET /v1/organization/usage/{name}: all eleven endpoints, distinguished by <see cref="UsageEndpoint"/>.
/// </summary>
/// <remarks>https://platform.openai.com/docs/api-reference/usage</remarks>
internal static class Usage
{
    private const string Cached = "input_cached_tokens";
    private const string CacheWrite = "input_cache_write_tokens";
    private const string Uncached = "input_uncached_tokens";

    // They repeat the totals by modality and are never added to them.
    private static readonly string[] Splits =
    [
        "input_text_tokens", "input_audio_tokens", "input_image_tokens",
        "input_cached_text_tokens", "input_cached_audio_tokens", "input_cached_image_tokens",
        "output_text_tokens", "output_audio_tokens", "output_image_tokens",
    ];

    private static readonly string[] DimensionsWithoutColumn =
        ["size", "source", "context_level", "vector_store_id", UsageEndpoint.ApiSource];

    // By how long the cache keeps them; they repeat what was written to it.
    private static readonly string[] Lifetimes = ["input_cache_write_30m_tokens", "input_cache_write_12h_tokens"];

    private static readonly FrozenDictionary<string, Shape> Shapes = UsageEndpoint.All.ToFrozenDictionary(
        endpoint => endpoint.Name,
        endpoint => new Shape
        {
            Types = [$"organization.usage.{endpoint.ResultName}.result"],
            Dimensions = endpoint.Dimensions,
            Metrics =
            [
                .. endpoint.Required,
                .. endpoint.SplitsTokens
                    ? [Cached, CacheWrite, Uncached, .. Splits, .. Lifetimes]
                    : Array.Empty<string>(),
            ],
        });

    /// <summary>Streams the window.</summary>
    public static IAsyncEnumerable<VendorItem> FetchAsync(
        UsageEndpoint endpoint,
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        CancellationToken cancellationToken)
    {
        var path = $"v1/organization/usage/{endpoint.Name}";
        return pages.ReadBucketsAsync(
            conversation,
            OpenAIPages.Buckets(
                endpoint.Grains, grain => new VendorRequest(OpenAIQuery.Buckets(path, fetch.Window, grain))) with
            {
                MayBeMissing = endpoint.MayBeMissing,
            },
            (grain, day, row) => Record(endpoint, fetch, grain, day, row),
            cancellationToken);
    }

    private static UsageRecord Record(UsageEndpoint endpoint, FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var completions = endpoint.SplitsTokens;
        var user = Dimension("user_id");
        return row.Usage(new UsageRecord
        {
            RowKey = row.Key(fetch, grain.Name, day, grain.Dimensions),
            Words = row.Words(Shapes[endpoint.Name], grain.Dimensions),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain.Name,
            UsageDate = day,
            BucketStart = day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = Dimension("project_id"),
            ActorType = user is null ? null : "user",
            ActorId = user,
            ApiKeyId = Dimension("api_key_id"),
            Model = Dimension("model"),
            ServiceTier = Dimension("service_tier"),
            IsBatch = grain.Dimensions.Contains("batch") ? row.Flag("batch") : null,
            Product = endpoint.Name,
            InputUncachedTokens = completions ? UncachedTokens(row) : Required(UsageEndpoint.InputTokens),
            CacheReadTokens = completions ? row.GetInt64OrNull(Cached) : null,
            CacheWriteTokens = completions ? row.GetInt64OrNull(CacheWrite) : null,
            OutputTokens = Required(UsageEndpoint.OutputTokens),
            Requests = endpoint.RepeatsRequests ? null : Required(UsageEndpoint.ModelRequests),
            Quantity = endpoint.Quantity is { } quantity ? row.GetInt64(quantity) : null,
            QuantityUnit = endpoint.Unit,
            Dimensions = WithoutColumn(endpoint, grain, row),
        });

        string? Dimension(string name) => grain.Dimensions.Contains(name) ? row.Text(name) : null;

        long? Required(string name) => endpoint.Required.Contains(name) ? row.GetInt64(name) : null;
    }

    private static JsonElement? WithoutColumn(UsageEndpoint endpoint, Grain grain, Fields row)
    {
        var details = row.Details();
        foreach (var name in DimensionsWithoutColumn)
        {
            details.Add(name, grain.Dimensions.Contains(name) ? row.Text(name) : null);
        }

        if (endpoint.RepeatsRequests)
        {
            details.Add(UsageEndpoint.ModelRequests, row.GetInt64(UsageEndpoint.ModelRequests));
        }

        foreach (var name in endpoint.SplitsTokens ? Splits : [])
        {
            details.Add(name, row.GetInt64OrNull(name));
        }

        return details.ToJson();
    }

    /// <summary>The input holds what was read from and written to the cache; the columns are disjoint.</summary>
    private static long UncachedTokens(Fields row)
    {
        var cached = row.Sum(row.GetInt64OrNull(Cached) ?? 0, row.GetInt64OrNull(CacheWrite) ?? 0);
        var uncached = row.Difference(row.GetInt64(UsageEndpoint.InputTokens), cached);
        if (uncached < 0)
        {
            throw row.Broken(
                UsageEndpoint.InputTokens, "is less than its cached and cache-write tokens, which it includes");
        }

        if (row.GetInt64OrNull(Uncached) is { } told && told != uncached)
        {
            row.Note(
                $".{Uncached} is not {UsageEndpoint.InputTokens} less {Cached} less {CacheWrite}; the difference is "
                    + "taken");
        }

        return uncached;
    }
}

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// GET /v1/organization/usage/{name}: all ten endpoints, distinguished by <see cref="UsageEndpoint"/>.
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

    private static readonly string[] DimensionsWithoutColumn = ["size", "source", "context_level", "vector_store_id"];

    // By how long the cache keeps them; they repeat what was written to it.
    private static readonly string[] Lifetimes = ["input_cache_write_30m_tokens", "input_cache_write_12h_tokens"];

    private static readonly FrozenDictionary<string, Shape> Shapes = UsageEndpoint.All.ToFrozenDictionary(
        endpoint => endpoint.Name,
        endpoint => new Shape
        {
            Types = [$"organization.usage.{endpoint.ResultName}.result"],
            Dimensions = [.. endpoint.Dimensions, .. endpoint.NotAskedFor],
            Metrics =
            [
                .. endpoint.Required,
                .. IsCompletions(endpoint)
                    ? [Cached, CacheWrite, Uncached, .. Splits, .. Lifetimes]
                    : Array.Empty<string>(),
            ],
        });

    /// <summary>Streams the window.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        UsageEndpoint endpoint,
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = OpenAIPages.Buckets(
            endpoint.Grains,
            grain =>
                new VendorRequest(OpenAIQuery.Buckets($"v1/organization/usage/{endpoint.Name}", fetch.Window, grain)));
        await foreach (var (grain, (day, row)) in pages.ReadBucketsAsync(conversation, query, cancellationToken))
        {
            yield return row is null ? new BucketArrived(day) : Record(endpoint, fetch, grain, day, row);
        }
    }

    private static UsageRecord Record(UsageEndpoint endpoint, FetchContext fetch, Grain grain, DateOnly day, Fields row)
    {
        var numbers = endpoint.Required.ToDictionary(name => name, row.GetInt64, StringComparer.Ordinal);
        var completions = IsCompletions(endpoint);
        var user = Dimension("user_id");
        var batch = grain.Dimensions.Contains("batch") ? row.Flag("batch") : null;
        return row.Usage(() => new UsageRecord
        {
            RowKey = NaturalKey.Create(fetch, grain.Name, day, grain.Dimensions.Select(name => (name, KeyValue(name)))),
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
            IsBatch = batch,
            Product = endpoint.Name,
            InputUncachedTokens = completions
                ? UncachedTokens(row, numbers[UsageEndpoint.InputTokens])
                : Number(UsageEndpoint.InputTokens),
            CacheReadTokens = completions ? row.GetInt64OrNull(Cached) : null,
            CacheWriteTokens = completions ? row.GetInt64OrNull(CacheWrite) : null,
            OutputTokens = Number(UsageEndpoint.OutputTokens),
            Requests = endpoint.RepeatsRequests ? null : Number(UsageEndpoint.ModelRequests),
            Quantity = endpoint.Quantity is { } quantity ? Number(quantity) : null,
            QuantityUnit = endpoint.Unit,
            Dimensions = Details.Create(
            [
                .. DimensionsWithoutColumn.Select(name => (name, (object?)Dimension(name))),
                (UsageEndpoint.ModelRequests, endpoint.RepeatsRequests ? Number(UsageEndpoint.ModelRequests) : null),
                .. completions ? Splits.Select(name => (name, (object?)row.GetInt64OrNull(name))) : [],
            ]),
        });

        string? Dimension(string name) => grain.Dimensions.Contains(name) ? row.Text(name) : null;

        string? KeyValue(string name) => name == "batch"
            ? batch switch { null => null, true => "true", false => "false" }
            : row.Text(name);

        long? Number(string name) => numbers.TryGetValue(name, out var number) ? number : null;
    }

    /// <summary>The input holds what was read from and written to the cache; the columns are disjoint.</summary>
    private static long UncachedTokens(Fields row, long input)
    {
        var uncached = checked(input - (row.GetInt64OrNull(Cached) ?? 0) - (row.GetInt64OrNull(CacheWrite) ?? 0));
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

    private static bool IsCompletions(UsageEndpoint endpoint) => endpoint.Name == "completions";
}

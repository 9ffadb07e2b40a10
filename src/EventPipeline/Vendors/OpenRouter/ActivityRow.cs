using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>What distinguishes the rows of a day. Texts that nobody documented do too.</summary>
internal readonly record struct ActivityIdentity(
    string? Workspace, string? Endpoint, string? Permaslug, string? Model, string? Provider, UInt128 Texts);

/// <summary>One row of the activity, taken out of its page: whole, a key's part of it, or what no key accounts for.
/// </summary>
internal sealed record ActivityRow
{
    private static readonly string[] KeyNames = ["workspace_id", "endpoint_id", "model_permaslug"];

    private static readonly Shape Shape = new()
    {
        Dimensions = KeyNames,
        Metrics =
        [
            "usage", "byok_usage_inference", "requests", "prompt_tokens", "completion_tokens", "reasoning_tokens",
        ],
        Traits = ["model", "provider_name"],
        Ignored = ["date"],
    };

    public required ActivityIdentity Identity { get; init; }

    /// <summary>The hash of the API key that it is the part of; null for no key, or any.</summary>
    public string? ApiKeyHash { get; init; }

    /// <summary>A hash of all that the vendor said.</summary>
    public required UInt128 Said { get; init; }

    public required RowWords Words { get; init; }

    /// <summary>What is taken from the account's credits, in dollars.</summary>
    public required decimal Usage { get; init; }

    /// <summary>What the model's own vendor takes for requests with the account's own key there, in dollars.</summary>
    public required decimal Byok { get; init; }

    public required long Requests { get; init; }

    public required long Prompt { get; init; }

    public required long Completion { get; init; }

    /// <summary>Of the completion's; null where the vendor does not say.</summary>
    public required long? Reasoning { get; init; }

    /// <summary>Whether it counts nothing. Money is judged by <see cref="KeySplit"/>.</summary>
    public bool CountsNothing => (Requests, Prompt, Completion, Reasoning ?? 0) == (0, 0, 0, 0);

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="workspace">The workspace of all rows of the answer, where they do not name it.</param>
    public static ActivityRow Read(Fields row, string? workspace)
    {
        var words = row.Words(Shape, KeyNames);
        var result = new ActivityRow
        {
            Identity = new ActivityIdentity(
                row.Text("workspace_id") ?? workspace,
                row.Text("endpoint_id"),
                row.Text("model_permaslug"),
                row.Text("model"),
                row.Text("provider_name"),
                words.Texts),
            Said = row.Hash(),
            Words = words,
            Usage = row.Exact("usage", Money.AsIs),
            Byok = row.Exact("byok_usage_inference", Money.AsIs),
            Requests = row.GetInt64("requests"),
            Prompt = row.GetInt64("prompt_tokens"),
            Completion = row.GetInt64("completion_tokens"),
            Reasoning = row.GetInt64OrNull("reasoning_tokens"),
        };
        _ = row.Sum(result.Prompt, result.Completion);
        if (result.Reasoning > result.Completion)
        {
            row.Note(".reasoning_tokens is more than completion_tokens, which includes it; both are kept");
        }

        return result;
    }

    /// <summary>What is left when a part is taken from it; null where amounts have too many digits for that.</summary>
    public ActivityRow? Less(ActivityRow part) =>
        Money.TryAdd(Usage, -part.Usage, out var usage) && Money.TryAdd(Byok, -part.Byok, out var byok)
            ? this with
            {
                Usage = usage,
                Byok = byok,
                Requests = Requests - part.Requests,
                Prompt = Prompt - part.Prompt,
                Completion = Completion - part.Completion,
                Reasoning = Reasoning - (part.Reasoning ?? 0),
            }
            : null;

    /// <summary>
    /// Usage, what is billed for it, and what was paid elsewhere, which OpenRouter does not bill.
    /// </summary>
    public IEnumerable<VendorRecord> Records(FetchContext fetch, Grain grain, DateOnly day)
    {
        yield return new UsageRecord
        {
            RowKey = Key(fetch, grain, day),
            Words = Words,
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain.Name,
            UsageDate = day,
            BucketStart = day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = Identity.Workspace,
            ApiKeyId = ApiKeyHash,
            Model = Identity.Permaslug ?? Identity.Model,
            InputUncachedTokens = Prompt,
            OutputTokens = Completion,
            ReasoningTokens = Reasoning,
            Requests = Requests,
            Dimensions = Details(),
        };
        yield return Cost(fetch, grain, day, CostBasis.Billed, Usage);
        if (Byok != 0)
        {
            yield return Cost(fetch, grain, day, CostBasis.PricedUsage, Byok);
        }
    }

    private CostRecord Cost(FetchContext fetch, Grain grain, DateOnly day, string basis, decimal usd) => new()
    {
        RowKey = Key(fetch, grain, day, ("basis", basis)),
        Words = Words,
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = grain.Name,
        UsageDate = day,
        BucketStart = day.Start(),
        BucketWidth = Bucket.DayWidth,
        SubAccountId = Identity.Workspace,
        ApiKeyId = ApiKeyHash,
        Model = Identity.Permaslug ?? Identity.Model,
        Sku = Identity.Endpoint,
        AmountUsd = usd,
        Currency = "USD",
        Basis = basis,
        Dimensions = Details(),
    };

    private RowKey Key(
        FetchContext fetch, Grain grain, DateOnly day, params IEnumerable<(string Name, string? Value)> more) =>
        NaturalKey.Create(
            fetch,
            grain.Name,
            day,
            [
                ("workspace_id", Identity.Workspace),
                ("api_key_hash", ApiKeyHash),
                ("endpoint_id", Identity.Endpoint),
                ("model_permaslug", Identity.Permaslug),
                .. more,
            ]);

    private System.Text.Json.JsonElement? Details() => new Details()
        .Add("endpoint_id", Identity.Endpoint)
        .Add("model", Identity.Model)
        .Add("provider_name", Identity.Provider)
        .ToJson();
}

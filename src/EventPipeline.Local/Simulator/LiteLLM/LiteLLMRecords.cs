using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.LiteLLM;

/// <summary>
/// What the proxy writes down: a record per day, key, model, provider and endpoint. The facts hold disjoint parts of
/// the tokens; what the proxy adds up are their sums.
/// </summary>
internal static class LiteLLMRecords
{
    public const string Model = "model";
    public const string ModelGroup = "model_group";
    public const string Provider = "custom_llm_provider";
    public const string Endpoint = "endpoint";
    public const string ApiKey = "api_key";
    public const string KeyAlias = "key_alias";
    public const string Team = "team_id";
    public const string User = "user_id";

    public const string Uncached = "uncached_tokens";
    public const string CacheRead = "cache_read_input_tokens";
    public const string CacheWrite = "cache_creation_input_tokens";
    public const string Completion = "completion_tokens";
    public const string Successful = "successful_requests";
    public const string Failed = "failed_requests";
    public const string Spend = "spend";

    /// <summary>
    /// What makes a record, in their order within a day: records of one model and key are far apart, as those of random
    /// ids are.
    /// </summary>
    public static readonly string[] Dimensions = [Endpoint, Provider, User, ApiKey, Model, ModelGroup];

    private static readonly string[] Endpoints = ["/chat/completions", "/responses", "/v1/messages"];

    // Dollars per million tokens: uncached, read from a cache, written to it, out.
    private static readonly LiteLLMModel[] Models =
    [
        new("claude-sonnet-5", "smart", ["bedrock", "vertex_ai"], 3m, 0.3m, 3.75m, 15m),
        new("claude-haiku-5", "fast", ["bedrock", "azure_ai"], 1m, 0.1m, 1.25m, 5m),
        new("gpt-6-mini", "fast", ["azure", "azure_ai"], 0.25m, 0.025m, 0, 2m),
        new("gemini-3-pro", "smart", ["gemini", "vertex_ai"], 1.25m, 0.125m, 0, 10m),
        new("llama-5-70b", "private", ["hosted_vllm", "ollama"], 0, 0, 0, 0),
    ];

    /// <summary>What happened.</summary>
    public static Daybook Book(SimulatorOptions options, LiteLLMCompany company) =>
        new(options, $"{company.Scope}/records", [.. Patterns(company)]);

    /// <summary>The fact with what it cost by the proxy's list.</summary>
    public static Fact Priced(Fact fact)
    {
        var model = Models.First(one => one.Name == fact[Model]);
        return fact with
        {
            Quantities = new Dictionary<string, decimal>(fact.Quantities)
            {
                [Spend] = ((fact.Sum(Uncached) * model.Uncached) + (fact.Sum(CacheRead) * model.CacheRead)
                    + (fact.Sum(CacheWrite) * model.CacheWrite) + (fact.Sum(Completion) * model.Out)) / 1_000_000m,
            },
        };
    }

    // Each key calls two models by every endpoint, and the proxy sends it to either provider.
    private static IEnumerable<Pattern> Patterns(LiteLLMCompany company) =>
        from key in company.Keys.Index()
        from model in new[] { Models[key.Index % Models.Length], Models[(key.Index + 2) % Models.Length] }
        from provider in model.Providers
        from endpoint in Endpoints
        select new Pattern(
            new Dictionary<string, string?>
            {
                [Model] = model.Name,
                [ModelGroup] = model.Group,
                [Provider] = provider,
                [Endpoint] = endpoint,
                [ApiKey] = key.Item.Token,
                [KeyAlias] = key.Item.Alias,
                [Team] = key.Item.TeamId,
                [User] = key.Item.UserId,
            },
            90,
            dice => new Dictionary<string, decimal>
            {
                [Uncached] = dice.Next(1, 60_000),
                [CacheRead] = dice.Next(0, 200_000),
                [CacheWrite] = model.CacheWrite > 0 ? dice.Next(0, 20_000) : 0,
                [Completion] = dice.Next(1, 9_000),
                [Successful] = dice.Next(1, 60),
                [Failed] = dice.Next(5) == 0 ? dice.Next(1, 4) : 0,
            });
}

internal sealed record LiteLLMModel(
    string Name,
    string Group,
    string[] Providers,
    decimal Uncached,
    decimal CacheRead,
    decimal CacheWrite,
    decimal Out);

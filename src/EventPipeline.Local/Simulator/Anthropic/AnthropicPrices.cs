namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>A made-up price list in the style of the vendor's. Dollars per million tokens.</summary>
internal static class AnthropicPrices
{
    public const decimal CentsPerWebSearch = 1m;

    /// <summary>The models that are used.</summary>
    public static IReadOnlyList<AnthropicModel> Models { get; } =
    [
        new("claude-opus-4-6", "Claude Opus 4.6", 5m, 25m, HasGeo: true),
        new("claude-sonnet-5", "Claude Sonnet 5", 3m, 15m, HasGeo: true),
        new("claude-haiku-4-5-20251001", "Claude Haiku 4.5", 1m, 5m, HasGeo: false),
    ];

    /// <summary>
    /// The token types in the vendor's spelling, with the words of a line item and the price against plain input or
    /// output.
    /// </summary>
    public static IReadOnlyList<AnthropicTokenType> TokenTypes { get; } =
    [
        new("uncached_input_tokens", "Input Tokens", 1m),
        new("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write (5m)", 1.25m),
        new("cache_creation.ephemeral_1h_input_tokens", "Input Tokens, Cache Write (1h)", 2m),
        new("cache_read_input_tokens", "Input Tokens, Cache Hit", 0.1m),
        new("output_tokens", "Output Tokens", 1m),
    ];

    public static AnthropicModel Model(string? id) => Models.First(model => model.Id == id);

    /// <summary>Cents for one token, before any contract.</summary>
    public static decimal CentsPerToken(AnthropicModel model, AnthropicTokenType type) =>
        (type.Name == "output_tokens" ? model.Output : model.Input) * type.Factor / 10_000m;

    /// <summary>
    /// Cents for one token of a line: halved in a batch, dearer with a long context, in the US and in fast mode.
    /// </summary>
    public static decimal CentsPerToken(
        AnthropicModel model,
        AnthropicTokenType type,
        bool batch,
        bool longContext,
        bool us,
        bool fast,
        decimal contract) =>
        CentsPerToken(model, type)
        * (batch ? 0.5m : 1m)
        * (longContext ? 1.5m : 1m)
        * (us ? 1.1m : 1m)
        * (fast ? 6m : 1m)
        * contract;
}

internal sealed record AnthropicModel(string Id, string Display, decimal Input, decimal Output, bool HasGeo);

internal sealed record AnthropicTokenType(string Name, string Words, decimal Factor);

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>A made-up price list in the style of the vendor's, in US dollars.</summary>
internal static class OpenAIPrices
{
    /// <summary>What the organisation pays of the list price.</summary>
    public const decimal Contract = 0.98765m;

    public const decimal Embedding = 0.02m / 1_000_000m;
    public const decimal Image = 0.042m;
    public const decimal Character = 15m / 1_000_000m;
    public const decimal AudioMinute = 0.006m;
    public const decimal GibibyteHour = 0.00417m;
    public const decimal CodeSession = 0.03m;
    public const decimal WebSearch = 0.01m;
    public const decimal FileSearch = 0.0025m;

    /// <summary>The chat models that are used: dollars per million tokens.</summary>
    public static IReadOnlyList<OpenAIModel> Models { get; } =
    [
        new("gpt-5-2026-03-01", 1.25m, 10m, HasAudio: false),
        new("gpt-5-mini", 0.25m, 2m, HasAudio: false),
        new("gpt-realtime", 4m, 16m, HasAudio: true),
    ];

    /// <summary>
    /// The kinds of tokens that are billed, each with the words of its line item and the quantities it consists of.
    /// </summary>
    public static IReadOnlyList<OpenAITokenKind> TokenKinds { get; } =
    [
        new("input", ["input_text_tokens", "input_image_tokens"], model => model.Input),
        new("audio input", ["input_audio_tokens"], model => model.Input * 8),
        new(
            "cached input",
            ["input_cached_text_tokens", "input_cached_image_tokens", "input_cached_audio_tokens"],
            model => model.Input / 10),
        new("cache write", ["input_cache_write_tokens"], model => model.Input * 1.25m),
        new("output", ["output_text_tokens", "output_image_tokens"], model => model.Output),
        new("audio output", ["output_audio_tokens"], model => model.Output * 4),
    ];

    /// <summary>Dollars for one token: half in a batch and in the flex tier, double in the priority tier.</summary>
    public static decimal PerToken(OpenAIModel model, OpenAITokenKind kind, bool batch, string? tier) =>
        kind.PerMillion(model) / 1_000_000m * (
            batch || tier == "flex" ? 0.5m : tier == "priority" ? 2m : 1m) * Contract;
}

internal sealed record OpenAIModel(string Id, decimal Input, decimal Output, bool HasAudio);

internal sealed record OpenAITokenKind(string Words, string[] Quantities, Func<OpenAIModel, decimal> PerMillion);

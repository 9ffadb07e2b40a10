using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>
/// <c>GET /v1/organization/usage/completions</c> and <c>decisions</c>. The facts hold the finest split of the tokens;
/// the totals are its sums, so they agree.
/// </summary>
internal static class OpenAICompletions
{
    public const string Name = "completions";
    public const string Decisions = "decisions";

    private const string ApiSource = "api_source";

    private static readonly string[] Uncached = ["input_text_tokens", "input_audio_tokens", "input_image_tokens"];
    private static readonly string[] Cached =
    [
        "input_cached_text_tokens",
        "input_cached_audio_tokens",
        "input_cached_image_tokens",
    ];
    private static readonly string[] Output = ["output_text_tokens", "output_audio_tokens", "output_image_tokens"];
    private static readonly string[] Input = [.. Uncached, .. Cached, "input_cache_write_tokens"];

    public static SimulatedReport Report(SimulatorOptions options, OpenAICompany company) =>
        New(options, company, Name, Patterns(company));

    /// <summary>The newest endpoint: few keys use it.</summary>
    public static SimulatedReport DecisionsReport(SimulatorOptions options, OpenAICompany company) =>
        New(options, company, Decisions, Patterns(company).Take(5));

    private static SimulatedReport New(
        SimulatorOptions options, OpenAICompany company, string name, IEnumerable<Pattern> patterns) => new(
        name,
        $"usage/{name}",
        new Daybook(options, $"{company.Scope}/{name}", [.. patterns]).On,
        SimulatedReport.Each("project_id", "user_id", "api_key_id", "model", "batch", "service_tier", ApiSource),
        new Dictionary<string, string>(OpenAIUsage.Filters) { ["batch"] = "batch" },
        group => Write(name, group))
    {
        Limits = SimulatedReport.UsageLimits,
        Tokens = fact => Input.Sum(fact.Sum) + Output.Sum(fact.Sum),
    };

    private static JsonObject Write(string name, Group group) => new()
    {
        ["object"] = $"organization.usage.{name}.result",
        ["input_tokens"] = Input.Sum(group.Count),
        ["input_cached_tokens"] = Cached.Sum(group.Count),
        ["input_cache_write_tokens"] = group.Count("input_cache_write_tokens"),
        ["input_uncached_tokens"] = Uncached.Sum(group.Count),
        ["output_tokens"] = Output.Sum(group.Count),
        ["input_text_tokens"] = group.Count("input_text_tokens"),
        ["output_text_tokens"] = group.Count("output_text_tokens"),
        ["input_cached_text_tokens"] = group.Count("input_cached_text_tokens"),
        ["input_audio_tokens"] = group.Count("input_audio_tokens"),
        ["input_cached_audio_tokens"] = group.Count("input_cached_audio_tokens"),
        ["output_audio_tokens"] = group.Count("output_audio_tokens"),
        ["input_image_tokens"] = group.Count("input_image_tokens"),
        ["input_cached_image_tokens"] = group.Count("input_cached_image_tokens"),
        ["output_image_tokens"] = group.Count("output_image_tokens"),
        ["num_model_requests"] = group.Count("num_model_requests"),
        ["project_id"] = group["project_id"],
        ["user_id"] = group["user_id"],
        ["api_key_id"] = group["api_key_id"],
        ["model"] = group["model"],
        ["batch"] = group["batch"] is { } batch ? batch == "true" : null,
        ["service_tier"] = group["service_tier"],
        [ApiSource] = group[ApiSource],
    };

    private static IEnumerable<Pattern> Patterns(OpenAICompany company)
    {
        string[] tiers = ["default", "flex", "priority"];
        foreach (var (key, i) in company.ApiKeys.Select((key, i) => (key, i)))
        {
            var (first, second) = (OpenAIPrices.Models[i % 2], OpenAIPrices.Models[(i + 1) % 2]);
            yield return new(DimensionsOf(key, first, batch: false, "default"), 90, dice => Draw(dice, first, 400_000));
            yield return new(
                DimensionsOf(key, second, batch: false, tiers[i % 3]), 60, dice => Draw(dice, second, 90_000));
            yield return new(DimensionsOf(key, first, batch: true, "default"), 35, dice => Draw(dice, first, 900_000));
            if (i % 4 == 3)
            {
                var voice = OpenAIPrices.Models[2];
                yield return new(
                    DimensionsOf(key, voice, batch: false, "default"), 70, dice => Draw(dice, voice, 40_000));
            }

            // A handful of tokens: money far below a cent.
            if (i % 5 == 0)
            {
                yield return new(DimensionsOf(key, second, batch: true, "flex"), 40, dice => Draw(dice, second, 12));
            }
        }
    }

    private static Dictionary<string, string?> DimensionsOf(
        ProjectKeyEntity key, OpenAIModel model, bool batch, string tier) =>
        new(OpenAIUsage.Dimensions(key, model.Id))
        {
            ["batch"] = batch ? "true" : "false",
            ["service_tier"] = tier,
            [ApiSource] = batch ? "unlabeled" : "agents_api",
        };

    private static Dictionary<string, decimal> Draw(Random dice, OpenAIModel model, int size) => new()
    {
        ["input_text_tokens"] = dice.Next(1, size),
        ["input_audio_tokens"] = model.HasAudio ? dice.Next(0, size) : 0,
        ["input_image_tokens"] = dice.Next(5) == 0 ? dice.Next(0, size / 4) : 0,
        ["input_cached_text_tokens"] = dice.Next(0, size),
        ["input_cached_audio_tokens"] = model.HasAudio ? dice.Next(0, size / 2) : 0,
        ["input_cached_image_tokens"] = 0,
        ["input_cache_write_tokens"] = dice.Next(0, size / 8),
        ["output_text_tokens"] = dice.Next(1, size / 2),
        ["output_audio_tokens"] = model.HasAudio ? dice.Next(0, size / 3) : 0,
        ["output_image_tokens"] = 0,
        ["num_model_requests"] = dice.Next(1, 1 + (size / 4)),
    };
}

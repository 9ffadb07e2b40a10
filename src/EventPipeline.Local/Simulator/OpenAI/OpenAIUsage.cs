using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>
/// The nine plainer <c>GET /v1/organization/usage/{name}</c>: counts with the dimensions of their endpoint.
/// </summary>
internal static class OpenAIUsage
{
    private static readonly string[] Common = ["project_id", "user_id", "api_key_id", "model"];

    /// <summary>The filters most endpoints share, with their dimensions.</summary>
    public static IReadOnlyDictionary<string, string> Filters { get; } = new Dictionary<string, string>
    {
        ["project_ids"] = "project_id",
        ["user_ids"] = "user_id",
        ["api_key_ids"] = "api_key_id",
        ["models"] = "model",
    };

    /// <summary>The dimensions most endpoints share. A service account's key has no user.</summary>
    public static Dictionary<string, string?> Dimensions(ProjectKeyEntity key, string? model) => new()
    {
        ["project_id"] = key.ProjectId,
        ["user_id"] = key.User?.Id,
        ["api_key_id"] = key.Id,
        ["model"] = model,
    };

    public static IEnumerable<SimulatedReport> Reports(SimulatorOptions options, OpenAICompany company)
    {
        var keys = company.ApiKeys;
        yield return New(
            "embeddings",
            "embeddings",
            ["input_tokens", "num_model_requests"],
            Common,
            Patterns(
                keys.Take(6), 70, ["text-embedding-3-small"], dice => [dice.Next(2, 3_000_000), dice.Next(1, 900)]));
        yield return New(
            "moderations",
            "moderations",
            ["input_tokens", "num_model_requests"],
            Common,
            Patterns(
                keys.Skip(1).Take(2),
                60,
                ["omni-moderation-latest"],
                dice => [dice.Next(2, 90_000), dice.Next(1, 400)]));
        yield return New(
            "images",
            "images",
            ["images", "num_model_requests"],
            [.. Common, "size", "source"],
            With(
                ["size", "source"],
                [
                    ["1024x1024", "image.generation"],
                    ["1024x1792", "image.generation"],
                    ["512x512", "image.edit"],
                    ["256x256", "image.variation"],
                ],
                Patterns(keys.Take(2), 45, ["gpt-image-1"], dice => [dice.Next(1, 40), dice.Next(1, 20)])),
            ("sizes", "size"),
            ("sources", "source"));
        yield return New(
            "audio_speeches",
            "audio_speeches",
            ["characters", "num_model_requests"],
            Common,
            Patterns(
                keys.Skip(3).Take(2), 50, ["tts-1", "tts-1-hd"], dice => [dice.Next(10, 60_000), dice.Next(1, 60)]));
        yield return New(
            "audio_transcriptions",
            "audio_transcriptions",
            ["seconds", "num_model_requests"],
            Common,
            Patterns(keys.Skip(3).Take(2), 55, ["whisper-1"], dice => [dice.Next(1, 9_000), dice.Next(1, 60)]));
        yield return New(
            "vector_stores",
            "vector_stores",
            ["usage_bytes"],
            ["project_id"],
            PerProject(company, 3, 100, once: true, dice => [dice.NextInt64(1_024, 900_000_000)]));
        yield return New(
            "code_interpreter_sessions",
            "code_interpreter_sessions",
            ["num_sessions"],
            ["project_id"],
            PerProject(company, 2, 40, once: false, dice => [dice.Next(1, 30)]));
        yield return New(
            "web_search_calls",
            "web_searches",
            ["num_model_requests", "num_requests"],
            [.. Common, "context_level", "api_source"],
            With(
                ["context_level", "api_source"],
                [["low", "unlabeled"], ["medium", "agents_api"], ["high", "unlabeled"]],
                Patterns(keys.Take(2), 40, ["gpt-5-2026-03-01"], dice => [dice.Next(1, 50), dice.Next(1, 90)])),
            ("context_levels", "context_level"));
        yield return New(
            "file_search_calls",
            "file_searches",
            ["num_requests"],
            ["project_id", "user_id", "api_key_id", "vector_store_id"],
            With(
                ["vector_store_id"],
                [[Identity.Create("vs_", options.Seed, company.Scope)]],
                Patterns(keys.Skip(2).Take(1), 20, [null], dice => [dice.Next(1, 50)])),
            ("vector_store_ids", "vector_store_id"));

        SimulatedReport New(
            string name,
            string resultName,
            string[] quantities,
            string[] dimensions,
            Func<string[], IEnumerable<Pattern>> patterns,
            params IEnumerable<(string Parameter, string Dimension)> filters) => new(
                name,
                $"usage/{name}",
                new Daybook(options, $"{company.Scope}/{name}", [.. patterns(quantities)]).On,
                SimulatedReport.Each(dimensions),
                Filters.Where(f => dimensions.Contains(f.Value))
                    .Select(f => (f.Key, f.Value))
                    .Concat(filters)
                    .ToDictionary(),
                group => Write(group, resultName, quantities, dimensions))
            {
                Limits = SimulatedReport.UsageLimits,
                Tokens = fact => fact.Sum("input_tokens"),
            };
    }

    private static JsonObject Write(Group group, string name, string[] quantities, string[] dimensions)
    {
        var result = new JsonObject { ["object"] = $"organization.usage.{name}.result" };
        foreach (var quantity in quantities)
        {
            result[quantity] = group.Count(quantity);
        }

        foreach (var dimension in dimensions)
        {
            result[dimension] = group[dimension];
        }

        return result;
    }

    private static Func<string[], IEnumerable<Pattern>> Patterns(
        IEnumerable<ProjectKeyEntity> keys, int percent, string?[] models, Func<Random, decimal[]> draw) =>
        quantities =>
            keys.SelectMany(
                key => models.Select(model => new Pattern(Dimensions(key, model), percent, Named(quantities, draw))));

    private static Func<string[], IEnumerable<Pattern>> PerProject(
        OpenAICompany company, int count, int percent, bool once, Func<Random, decimal[]> draw) =>
        quantities => company.Projects.Take(count).Select(project => new Pattern(
            new Dictionary<string, string?> { ["project_id"] = project.Id },
            percent * (once ? 3 : 1),
            Named(quantities, draw))
        { Once = once });

    // Each pattern once for each combination of the endpoint's own dimensions.
    private static Func<string[], IEnumerable<Pattern>> With(
        string[] names, string[][] combinations, Func<string[], IEnumerable<Pattern>> patterns) =>
        quantities => patterns(quantities).SelectMany(pattern => combinations.Select(values => pattern with
        {
            Dimensions = pattern.Dimensions.Concat(
                names.Zip(values, (n, v) => KeyValuePair.Create<string, string?>(n, v)))
                .ToDictionary(),
        }));

    private static Func<Random, IReadOnlyDictionary<string, decimal>> Named(
        string[] quantities, Func<Random, decimal[]> draw) =>
        dice => quantities.Zip(draw(dice)).ToDictionary(pair => pair.First, pair => pair.Second);
}

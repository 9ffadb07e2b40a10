using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary><c>GET /v1/organization/costs</c>: the usage of all endpoints times the price list, and credits.</summary>
internal static class OpenAICosts
{
    public const string Path = "costs";

    private const string Amount = "amount";
    private const string Quantity = "quantity";

    public static SimulatedReport Report(
        SimulatorOptions options, OpenAICompany company, IReadOnlyList<SimulatedReport> usage)
    {
        var credits = new Daybook(options, $"{company.Scope}/costs", [Credit]);
        return new SimulatedReport(
            Path,
            Path,
            day =>
                usage.SelectMany(report => report.Facts(day).SelectMany(fact => Lines(report.Name, fact)))
                    .Concat(credits.On(day)),
            new Dictionary<string, string[]>
            {
                ["project_id"] = ["project_id"],
                ["line_item"] = ["line_item", "quantity_unit"],
                ["api_key_id"] = ["api_key_id"],
                ["user_id"] = ["user_id"],
                ["api_source"] = ["api_source"],
            },
            new Dictionary<string, string> { ["project_ids"] = "project_id", ["api_key_ids"] = "api_key_id" },
            Write)
        {
            Limits = new Dictionary<string, PageLimit> { ["1d"] = new(7, 180) },
            Usd = fact => fact.Sum(Amount),
        };
    }

    private static Pattern Credit => new(
        Dimensions(null, "SIMULATED promotional credit", null),
        12,
        dice => new Dictionary<string, decimal> { [Amount] = -dice.Next(1, 9_000) / 160m })
    { Once = true };

    private static JsonObject Write(Group group) => new()
    {
        ["object"] = "organization.costs.result",
        ["amount"] = new JsonObject { ["value"] = Number(group.Sum(Amount)), ["currency"] = "usd" },
        ["line_item"] = group["line_item"],
        ["project_id"] = group["project_id"],
        ["api_key_id"] = group["api_key_id"],
        ["user_id"] = group["user_id"],
        ["api_source"] = group["api_source"],
        ["quantity"] = group["line_item"] is not null && group.Quantities.TryGetValue(Quantity, out var quantity)
            ? quantity
            : null,
        ["quantity_unit"] = group["quantity_unit"],
    };

    // A number in the description; answers with many decimals were reported to carry a string, so both are served.
    private static JsonValue Number(decimal value)
    {
        var text = value.ToString("0.############################", CultureInfo.InvariantCulture);
#pragma warning disable RS0030 // The text of a decimal has at most 28 digits.
        return text.Length - text.IndexOf('.', StringComparison.Ordinal) > 13
            && text.Contains('.', StringComparison.Ordinal)
            ? JsonValue.Create(text)
            : JsonValue.Create(decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture));
#pragma warning restore RS0030
    }

    private static IEnumerable<Fact> Lines(string report, Fact usage) => report switch
    {
        OpenAICompletions.Name or OpenAICompletions.Decisions => Tokens(usage),
        "embeddings" => [Line(
            usage,
            $"{usage["model"]}, input",
            "1000_tokens",
            usage.Sum("input_tokens") / 1000,
            usage.Sum("input_tokens") * OpenAIPrices.Embedding)],
        "images" => [Line(
            usage,
            $"{usage["model"]}, {usage["size"]}",
            "images",
            usage.Sum("images"),
            usage.Sum("images") * OpenAIPrices.Image)],
        "audio_speeches" => [Line(
            usage,
            $"{usage["model"]}",
            "characters",
            usage.Sum("characters"),
            usage.Sum("characters") * OpenAIPrices.Character)],
        "audio_transcriptions" => [Rounded(
            usage, $"{usage["model"]}", "duration_minutes", usage.Sum("seconds") / 60, 6, OpenAIPrices.AudioMinute)],
        "vector_stores" => [Rounded(
            usage,
            "file storage",
            "gibibyte_hours",
            usage.Sum("usage_bytes") * 24 / (1L << 30),
            6,
            OpenAIPrices.GibibyteHour)],
        "code_interpreter_sessions" => [Line(
            usage,
            "code interpreter sessions",
            null,
            usage.Sum("num_sessions"),
            usage.Sum("num_sessions") * OpenAIPrices.CodeSession)],
        "web_search_calls" => [Line(
            usage,
            "web search tool calls",
            null,
            usage.Sum("num_requests"),
            usage.Sum("num_requests") * OpenAIPrices.WebSearch)],
        "file_search_calls" => [Line(
            usage,
            "file search tool calls",
            null,
            usage.Sum("num_requests"),
            usage.Sum("num_requests") * OpenAIPrices.FileSearch)],
        _ => [], // Moderations are free.
    };

    private static IEnumerable<Fact> Tokens(Fact usage)
    {
        var model = OpenAIPrices.Models.First(m => m.Id == usage["model"]);
        var (batch, tier) = (usage["batch"] == "true", usage["service_tier"]);
        var suffix = (batch ? ", batch" : "") + (tier == "default" ? "" : $", {tier}");
        return OpenAIPrices.TokenKinds
            .Select(kind => (Kind: kind, Tokens: kind.Quantities.Sum(usage.Sum)))
            .Where(line => line.Tokens > 0)
            .Select(line => new Fact(
                usage.At,
                Dimensions(usage, $"{model.Id}, {line.Kind.Words}{suffix}", "tokens"),
                new Dictionary<string, decimal>
                {
                    [Amount] = line.Tokens * OpenAIPrices.PerToken(model, line.Kind, batch, tier),
                    [Quantity] = line.Tokens,
                }));
    }

    private static Fact Rounded(Fact usage, string item, string unit, decimal quantity, int decimals, decimal price)
    {
        var billed = decimal.Round(quantity, decimals);
        return Line(usage, item, unit, billed, billed * price);
    }

    private static Fact Line(Fact usage, string item, string? unit, decimal quantity, decimal listPrice) => new(
        usage.At,
        Dimensions(usage, item, unit),
        new Dictionary<string, decimal> { [Amount] = listPrice * OpenAIPrices.Contract, [Quantity] = quantity });

    private static Dictionary<string, string?> Dimensions(Fact? usage, string item, string? unit) => new()
    {
        ["project_id"] = usage?["project_id"],
        ["api_key_id"] = usage?["api_key_id"],
        ["user_id"] = usage?["user_id"],
        ["api_source"] = usage?["api_source"],
        ["line_item"] = item,
        ["quantity_unit"] = unit,
    };
}

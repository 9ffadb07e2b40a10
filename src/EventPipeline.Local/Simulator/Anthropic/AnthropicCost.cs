using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// <c>GET /v1/organizations/cost_report</c>: the usage times the price list, and what appears only on the bill.
/// </summary>
internal static class AnthropicCost
{
    public const string Path = "cost_report";

    /// <summary>The cents of a line.</summary>
    public const string Amount = "amount";

    private static readonly string[] Described =
    [
        "description", "cost_type", "model", "service_tier", "token_type", "context_window", "inference_geo",
    ];

    public static SimulatedReport Report(SimulatorOptions options, AnthropicCompany company, SimulatedReport usage)
    {
        var extras = ExtrasOf(options, company);
        return new SimulatedReport(
            "cost",
            Path,
            day => usage.Facts(day).SelectMany(fact => Lines(fact, Contract(company))).Concat(extras.On(day)),
            new Dictionary<string, string[]> { ["workspace_id"] = ["workspace_id"], ["description"] = Described },
            new Dictionary<string, string>(),
            Write)
        {
            Limits = new Dictionary<string, PageLimit> { ["1d"] = new(7, 31) },
            Usd = fact => fact.Sum(Amount) / 100,
        };
    }

    /// <summary>What appears only on the bill.</summary>
    public static Daybook ExtrasOf(SimulatorOptions options, AnthropicCompany company) =>
        new(options, $"{company.Scope}/cost", [.. Extras(company)]);

    /// <summary>What the organisation pays of the list price.</summary>
    public static decimal Contract(AnthropicCompany company) => company.IsLarge ? 0.9375m : 1m;

    private static JsonObject Write(Group group) => new()
    {
        ["amount"] = Plain(group.Sum(Amount)),
        ["context_window"] = group["context_window"],
        ["cost_type"] = group["cost_type"],
        ["currency"] = "USD",
        ["description"] = group["description"],
        ["inference_geo"] = group["inference_geo"],
        ["model"] = group["model"],
        ["service_tier"] = group["service_tier"],
        ["token_type"] = group["token_type"],
        ["workspace_id"] = group["workspace_id"],
    };

    /// <summary>Every digit and no trailing zero.</summary>
    public static string Plain(decimal value) =>
        value.ToString("0.############################", CultureInfo.InvariantCulture);

    private static IEnumerable<Fact> Lines(Fact usage, decimal contract)
    {
        if (usage["service_tier"] == "priority")
        {
            yield break;
        }

        var model = AnthropicPrices.Model(usage["model"]);
        var (batch, us) = (usage["service_tier"] == "batch", usage["inference_geo"] == "us");
        var (longContext, fast) = (usage["context_window"] != "0-200k", usage["speed"] == "fast");
        foreach (var type in AnthropicPrices.TokenTypes.Where(type => usage.Sum(type.Name) > 0))
        {
            var words = $"{model.Display} Usage - {type.Words}"
                + (longContext ? ", Long Context" : "") + (batch ? ", Batch" : "")
                + (us ? ", US Inference" : "") + (fast ? ", Fast Mode" : "");
            var cents = usage.Sum(type.Name)
                * AnthropicPrices.CentsPerToken(model, type, batch, longContext, us, fast, contract);
            yield return new Fact(
                usage.At,
                new Dictionary<string, string?>
                {
                    ["workspace_id"] = usage["workspace_id"],
                    ["description"] = words,
                    ["cost_type"] = "tokens",
                    ["model"] = model.Id,
                    ["service_tier"] = usage["service_tier"],
                    ["token_type"] = type.Name,
                    ["context_window"] = usage["context_window"],
                    ["inference_geo"] = usage["inference_geo"],
                },
                new Dictionary<string, decimal> { [Amount] = cents });
        }

        if (usage.Sum("web_search_requests") is > 0 and var searches)
        {
            yield return new Fact(
                usage.At,
                Other(usage["workspace_id"], "Web Search Usage", "web_search"),
                new Dictionary<string, decimal> { [Amount] = searches * AnthropicPrices.CentsPerWebSearch * contract });
        }
    }

    private static IEnumerable<Pattern> Extras(AnthropicCompany company)
    {
        var workspace = company.Workspaces[0].Id;
        yield return new(
            Other(workspace, "Code Execution Usage", "code_execution"), 45, dice => Cents(dice.Next(1, 4_000) / 12.5m));
        yield return new(
            Other(null, "Code Execution Usage", "code_execution"), 25, dice => Cents(dice.Next(1, 90) / 1_000m));
        yield return new(
            Other(workspace, "Session Usage", "session_usage"), 15, dice => Cents(dice.Next(100, 9_000) / 64m));
        yield return new(
            Other(null, "SIMULATED service credit", null),
            12,
            dice => Cents(-dice.Next(1, 90_000) / 16m)) { Once = true };
    }

    private static Dictionary<string, string?> Other(string? workspace, string description, string? costType) => new()
    {
        ["workspace_id"] = workspace,
        ["description"] = description,
        ["cost_type"] = costType,
        ["model"] = null,
        ["service_tier"] = null,
        ["token_type"] = null,
        ["context_window"] = null,
        ["inference_geo"] = null,
    };

    private static Dictionary<string, decimal> Cents(decimal cents) => new() { [Amount] = cents };
}

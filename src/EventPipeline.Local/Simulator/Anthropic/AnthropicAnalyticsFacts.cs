using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// What the Usage and Cost Analytics API says of an organisation: of the Console the usage of the older reports, with
/// the actors' and the Default workspace's ids; of Enterprise what its people do in the products.
/// </summary>
internal static class AnthropicAnalyticsFacts
{
    /// <summary>Who used it, where the key may not see that: it splits rows and is not shown.</summary>
    public const string Hidden = "hidden";

    private static readonly string[] Products = ["chat", "claude_code", "cowork", "office_agent"];

    /// <summary>The two reports.</summary>
    public static IEnumerable<SimulatedReport> Reports(
        SimulatorOptions options, AnthropicCompany company, SimulatedReport console)
    {
        var people = new Daybook(options, $"{company.Scope}/analytics", [.. Patterns(company)]);
        var extras = AnthropicCost.ExtrasOf(options, company);
        IEnumerable<Fact> Usage(DateOnly day) =>
            company.IsEnterprise ? people.On(day) : console.Facts(day).Select(fact => FromConsole(company, fact));
        IEnumerable<Fact> Extras(DateOnly day) => extras.On(day).Where(fact => fact["cost_type"] is not null);

        yield return AnthropicAnalytics.Usage(
            day => Usage(day).Concat(
                Extras(day).Where(fact => fact["cost_type"] == "code_execution").Select(fact => Spans(company, fact))));
        yield return AnthropicAnalytics.Cost(
            day => Usage(day).SelectMany(fact => Lines(company, fact))
                .Concat(Extras(day).Select(fact => Extra(company, fact))));
    }

    private static Fact FromConsole(AnthropicCompany company, Fact fact)
    {
        var (user, service, key) = (fact["account_id"], fact["service_account_id"], fact["api_key_id"]);
        return fact with
        {
            Dimensions = new Dictionary<string, string?>(fact.Dimensions)
            {
                ["workspace_id"] = fact["workspace_id"] ?? company.DefaultWorkspaceId,
                ["actor"] = user is not null ? $"user:{user}"
                    : service is not null ? $"service:{service}"
                    : key is not null ? $"key:{key}"
                    : null,
                [Hidden] = user ?? service ?? key ?? $"playground-{fact["model"]}",
                ["product"] = fact["service_tier"] == "batch" ? "message_batches_api" : "messages_api",
            },
            Quantities = new Dictionary<string, decimal>(fact.Quantities)
            {
                ["requests"] = 1 + decimal.Floor(fact.Sum("output_tokens") / 20_000),
            },
        };
    }

    private static IEnumerable<Pattern> Patterns(AnthropicCompany company)
    {
        foreach (var (user, i) in company.Users.Select((user, i) => (user, i)))
        {
            yield return Pattern(user.Id, Products[i % Products.Length], i, percent: 80);
            yield return Pattern(user.Id, Products[(i + 1) % Products.Length], i + 1, percent: 40);
        }

        // People whom the key may not see: rows of equal keys, one for each of them.
        yield return Pattern(null, "chat", 0, percent: 70, hidden: "first");
        yield return Pattern(null, "chat", 0, percent: 70, hidden: "second");
        yield return Pattern(null, "chat", 0, percent: 30, hidden: "third");
    }

    private static Pattern Pattern(string? user, string product, int model, int percent, string? hidden = null) => new(
        new Dictionary<string, string?>
        {
            ["workspace_id"] = null,
            ["api_key_id"] = null,
            ["model"] = AnthropicPrices.Models[model % AnthropicPrices.Models.Count].Id,
            ["product"] = product,
            ["actor"] = user is null ? null : $"user:{user}",
            [Hidden] = user ?? hidden,
            ["service_tier"] = "standard",
            ["context_window"] = "0-200k",
            ["inference_geo"] = "global",
            ["speed"] = "standard",
        },
        percent,
        dice => new Dictionary<string, decimal>
        {
            ["uncached_input_tokens"] = dice.NextInt64(900, 300_000),
            ["cache_creation.ephemeral_5m_input_tokens"] = dice.Next(2) == 0 ? 0 : dice.NextInt64(500, 60_000),
            ["cache_creation.ephemeral_1h_input_tokens"] = 0,
            ["cache_read_input_tokens"] = dice.NextInt64(0, 900_000),
            ["output_tokens"] = dice.NextInt64(100, 80_000),
            ["web_search_requests"] = dice.Next(5) == 0 ? dice.Next(1, 9) : 0,
            ["requests"] = dice.Next(1, 120),
        });

    /// <summary>Code that ran: its spans are counted as requests, and it has no model and no product.</summary>
    private static Fact Spans(AnthropicCompany company, Fact fact) => new(
        fact.At,
        Of(company, fact),
        new Dictionary<string, decimal> { ["requests"] = 1 + decimal.Floor(fact.Sum(AnthropicCost.Amount)) });

    private static Fact Extra(AnthropicCompany company, Fact fact) => new(
        fact.At,
        new Dictionary<string, string?>(Of(company, fact)) { ["cost_type"] = fact["cost_type"] },
        new Dictionary<string, decimal>
        {
            [AnthropicAnalytics.Net] = fact.Sum(AnthropicCost.Amount),
            [AnthropicAnalytics.List] = fact.Sum(AnthropicCost.Amount),
        });

    private static Dictionary<string, string?> Of(AnthropicCompany company, Fact fact) => new()
    {
        ["workspace_id"] = company.IsEnterprise ? null : fact["workspace_id"] ?? company.DefaultWorkspaceId,
        [Hidden] = "code",
    };

    private static IEnumerable<Fact> Lines(AnthropicCompany company, Fact usage)
    {
        if (usage["service_tier"] == "priority")
        {
            yield break;
        }

        var (model, contract) = (AnthropicPrices.Model(usage["model"]), AnthropicCost.Contract(company));
        foreach (var type in AnthropicPrices.TokenTypes.Where(type => usage.Sum(type.Name) > 0))
        {
            decimal Cents(decimal share) => usage.Sum(type.Name) * AnthropicPrices.CentsPerToken(
                model,
                type,
                usage["service_tier"] == "batch",
                usage["context_window"] != "0-200k",
                usage["inference_geo"] == "us",
                usage["speed"] == "fast",
                share);
            yield return Line(usage, "tokens", type.Name, Cents(contract), Cents(1));
        }

        if (usage.Sum("web_search_requests") is > 0 and var searches)
        {
            var list = searches * AnthropicPrices.CentsPerWebSearch;
            yield return Line(usage, "web_search", null, list * contract, list);
        }
    }

    private static Fact Line(Fact usage, string costType, string? tokenType, decimal net, decimal list) => new(
        usage.At,
        new Dictionary<string, string?>(usage.Dimensions) { ["cost_type"] = costType, ["token_type"] = tokenType },
        new Dictionary<string, decimal> { [AnthropicAnalytics.Net] = net, [AnthropicAnalytics.List] = list });
}

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary><c>GET /v1/organizations/usage_report/claude_code</c>: records of one day; a page counts records.</summary>
internal static class AnthropicClaudeCode
{
    public const string Path = "usage_report/claude_code";

    private static readonly string[] Dimensions =
    [
        "actor_type", "actor", "customer_type", "subscription_type", "terminal_type", "is_remote",
    ];

    private static readonly string[] Tools = ["edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool"];
    private static readonly string[] TokenKinds = ["input", "output", "cache_read", "cache_creation"];

    public static SimulatedReport Report(SimulatorOptions options, AnthropicCompany company) => new(
        "claude_code",
        Path,
        new Daybook(options, $"{company.Scope}/claude_code", [.. Patterns(company)], delay: TimeSpan.FromHours(1)).On,
        new Dictionary<string, string[]> { ["record"] = Dimensions },
        new Dictionary<string, string>(),
        group => Write(group, company))
    {
        Limits = new Dictionary<string, PageLimit> { ["1d"] = new(20, 1000) },
        Tokens = fact => TokenKinds.Sum(fact.Sum),
        Usd = fact => Cents(fact) / 100,
    };

    /// <summary>A page of the records of one day.</summary>
    public static SimulatedReply Answer(SimulatedRequest request, SimulatedReport report)
    {
        var text = request.Single("starting_at")
            ?? throw new RefusedException(400, "starting_at: Field required");
        if (!UtcDay.TryParse(text, out var day))
        {
            throw new RefusedException(400, $"starting_at: must be a day, YYYY-MM-DD, not '{text}'.");
        }

        var (page, next) = request.PageOf(Group.Create(report.Facts(day), Dimensions), report.Limits["1d"]);
        return new SimulatedReply(200, new JsonObject
        {
            ["data"] = new JsonArray([.. page.Select(report.Write)]),
            ["has_more"] = next is not null,
            ["next_page"] = next,
        });
    }

    private static decimal Cents(Fact fact)
    {
        var model = AnthropicPrices.Model(fact["model"]);
        var types = AnthropicPrices.TokenTypes;
        return fact.Sum("input") * AnthropicPrices.CentsPerToken(model, types[0])
            + fact.Sum("cache_creation") * AnthropicPrices.CentsPerToken(model, types[1])
            + fact.Sum("cache_read") * AnthropicPrices.CentsPerToken(model, types[3])
            + fact.Sum("output") * AnthropicPrices.CentsPerToken(model, types[4]);
    }

    private static JsonObject Write(Group group, AnthropicCompany company)
    {
        var isUser = group["actor_type"] == "user_actor";
        return new JsonObject
        {
            ["date"] = group.Facts[0].At.ToString("yyyy-MM-dd'T'00:00:00'Z'", CultureInfo.InvariantCulture),
            ["actor"] = new JsonObject
            {
                ["type"] = group["actor_type"],
                [isUser ? "email_address" : "api_key_name"] = group["actor"],
            },
            ["organization_id"] = company.Id,
            ["customer_type"] = group["customer_type"],
            ["subscription_type"] = group["subscription_type"],
            ["terminal_type"] = group["terminal_type"],
            ["is_remote"] = group["is_remote"] == "true",
            ["core_metrics"] = new JsonObject
            {
                ["num_sessions"] = group.Count("num_sessions"),
                ["lines_of_code"] = new JsonObject
                {
                    ["added"] = group.Count("added"),
                    ["removed"] = group.Count("removed"),
                },
                ["commits_by_claude_code"] = group.Count("commits"),
                ["pull_requests_by_claude_code"] = group.Count("pull_requests"),
            },
            ["tool_actions"] =
                new JsonObject(Tools.Select(tool => KeyValuePair.Create<string, JsonNode?>(tool, new JsonObject
            {
                ["accepted"] = group.Count($"{tool}.accepted"),
                ["rejected"] = group.Count($"{tool}.rejected"),
            }))),
            ["model_breakdown"] = new JsonArray([.. Group.Create(group.Facts, ["model"]).Select(Breakdown)]),
        };
    }

    private static JsonObject Breakdown(Group model) => new()
    {
        ["model"] = model["model"],
        ["tokens"] =
            new JsonObject(TokenKinds.Select(kind => KeyValuePair.Create<string, JsonNode?>(kind, model.Count(kind)))),
        ["estimated_cost"] = new JsonObject
        {
            ["currency"] = "USD",
            ["amount"] = JsonValue.Create(model.Facts.Sum(Cents)),
        },
    };

    private static IEnumerable<Pattern> Patterns(AnthropicCompany company)
    {
        string[] terminals = ["vscode", "iTerm.app", "tmux", "cursor", "pycharm"];
        foreach (var (user, i) in company.Users.Select((user, i) => (user, i)))
        {
            var subscription = (i % 4) switch { 0 => null, 1 => "team", _ => "enterprise" };
            var of = DimensionsOf("user_actor", user.Email, subscription);
            yield return new(of(terminals[i % terminals.Length], false, AnthropicPrices.Models[0]), 70, Work);
            yield return new(of(terminals[i % terminals.Length], false, AnthropicPrices.Models[2]), 40, Work);
            if (i % 3 == 0)
            {
                yield return new(of(terminals[(i + 1) % terminals.Length], false, AnthropicPrices.Models[1]), 30, Work);
                yield return new(of("remote", true, AnthropicPrices.Models[0]), 35, Work);
            }
        }

        // By name, as the vendor does: keys that share a name share a record.
        foreach (var name in
            company.ApiKeys.Where(key => key.WorkspaceId is not null).Select(key => key.Name).Distinct().Take(3))
        {
            yield return new(
                DimensionsOf("api_actor", name, null)("non-interactive", false, AnthropicPrices.Models[1]), 80, Work);
        }
    }

    private static Func<string, bool, AnthropicModel, IReadOnlyDictionary<string, string?>> DimensionsOf(
        string type, string actor, string? subscription) =>
        (terminal, remote, model) => new Dictionary<string, string?>
        {
            ["actor_type"] = type,
            ["actor"] = actor,
            ["customer_type"] = subscription is null ? "api" : "subscription",
            ["subscription_type"] = subscription,
            ["terminal_type"] = terminal,
            ["is_remote"] = remote ? "true" : "false",
            ["model"] = model.Id,
        };

    private static Dictionary<string, decimal> Work(Random dice)
    {
        var work = new Dictionary<string, decimal>
        {
            ["num_sessions"] = dice.Next(1, 6),
            ["added"] = dice.Next(0, 1_500),
            ["removed"] = dice.Next(0, 700),
            ["commits"] = dice.Next(0, 8),
            ["pull_requests"] = dice.Next(0, 2),
            ["input"] = dice.NextInt64(500, 200_000),
            ["output"] = dice.NextInt64(200, 90_000),
            ["cache_read"] = dice.NextInt64(0, 3_000_000),
            ["cache_creation"] = dice.NextInt64(0, 120_000),
        };
        foreach (var tool in Tools)
        {
            work[$"{tool}.accepted"] = dice.Next(0, 40);
            work[$"{tool}.rejected"] = dice.Next(0, 5);
        }

        return work;
    }
}

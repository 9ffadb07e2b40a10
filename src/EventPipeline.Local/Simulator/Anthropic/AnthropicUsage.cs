using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary><c>GET /v1/organizations/usage_report/messages</c>.</summary>
internal static class AnthropicUsage
{
    public const string Path = "usage_report/messages";

    private static readonly string[] Dimensions =
    [
        "account_id",
        "api_key_id",
        "context_window",
        "inference_geo",
        "model",
        "service_account_id",
        "service_tier",
        "speed",
        "workspace_id",
    ];

    public static SimulatedReport Report(SimulatorOptions options, AnthropicCompany company) => new(
        "messages_usage",
        Path,
        new Daybook(options, $"{company.Scope}/usage", [.. Patterns(company)]).On,
        SimulatedReport.Each(Dimensions),
        new Dictionary<string, string>
        {
            ["account_ids[]"] = "account_id",
            ["api_key_ids[]"] = "api_key_id",
            ["context_window[]"] = "context_window",
            ["inference_geos[]"] = "inference_geo",
            ["models[]"] = "model",
            ["service_account_ids[]"] = "service_account_id",
            ["service_tiers[]"] = "service_tier",
            ["speeds[]"] = "speed",
            ["workspace_ids[]"] = "workspace_id",
        },
        Write)
    {
        Limits = SimulatedReport.UsageLimits,
        Tokens = fact => AnthropicPrices.TokenTypes.Sum(type => fact.Sum(type.Name)),
    };

    private static JsonObject Write(Group group) => new()
    {
        ["account_id"] = group["account_id"],
        ["api_key_id"] = group["api_key_id"],
        ["cache_creation"] = new JsonObject
        {
            ["ephemeral_1h_input_tokens"] = group.Count("cache_creation.ephemeral_1h_input_tokens"),
            ["ephemeral_5m_input_tokens"] = group.Count("cache_creation.ephemeral_5m_input_tokens"),
        },
        ["cache_read_input_tokens"] = group.Count("cache_read_input_tokens"),
        ["context_window"] = group["context_window"],
        ["inference_geo"] = group["inference_geo"],
        ["model"] = group["model"],
        ["output_tokens"] = group.Count("output_tokens"),
        ["server_tool_use"] = new JsonObject { ["web_search_requests"] = group.Count("web_search_requests") },
        ["service_account_id"] = group["service_account_id"],
        ["service_tier"] = group["service_tier"],
        ["speed"] = group["speed"],
        ["uncached_input_tokens"] = group.Count("uncached_input_tokens"),
        ["workspace_id"] = group["workspace_id"],
    };

    private static IEnumerable<Pattern> Patterns(AnthropicCompany company)
    {
        foreach (var (key, i) in company.ApiKeys.Select((key, i) => (key, i)))
        {
            var model = AnthropicPrices.Models[i % AnthropicPrices.Models.Count];
            var other = AnthropicPrices.Models[(i + 1) % AnthropicPrices.Models.Count];
            yield return new(DimensionsOf(model, key.WorkspaceId, key: key.Id), 85, Heavy);
            yield return new(DimensionsOf(other, key.WorkspaceId, key: key.Id, tier: "batch"), 40, Heavy);
            if (i % 3 == 0)
            {
                yield return new(
                    DimensionsOf(other, key.WorkspaceId, key: key.Id, geo: other.HasGeo ? "us" : null), 60, Light);
                yield return new(
                    DimensionsOf(AnthropicPrices.Models[1], key.WorkspaceId, key: key.Id, window: "200k-1M"),
                    50,
                    Heavy);
            }

            if (i == 4)
            {
                // Committed capacity: usage shows it, the cost report never does.
                yield return new(DimensionsOf(model, key.WorkspaceId, key: key.Id, tier: "priority"), 70, Heavy);
            }

            if (i == 5)
            {
                // Only in fast mode, so that a grouping without the speed has as many rows as one with it.
                yield return new(
                    DimensionsOf(AnthropicPrices.Models[0], key.WorkspaceId, key: key.Id, geo: "us", speed: "fast"),
                    50,
                    Light);
            }
        }

        // The Console's Playground: no key, no workspace.
        yield return new(DimensionsOf(AnthropicPrices.Models[0], workspace: null), 70, Light);
        yield return new(DimensionsOf(AnthropicPrices.Models[2], workspace: null), 40, Light);

        foreach (var user in company.Users.Where((_, i) => i % 2 == 1))
        {
            yield return new(
                DimensionsOf(AnthropicPrices.Models[0], company.Workspaces[^2].Id, account: user.Id), 75, Heavy);
        }

        foreach (var service in company.ServiceAccounts)
        {
            yield return new(
                DimensionsOf(AnthropicPrices.Models[1], company.Workspaces[0].Id, service: service), 90, Heavy);
        }
    }

    private static Dictionary<string, string?> DimensionsOf(
        AnthropicModel model,
        string? workspace,
        string? key = null,
        string? account = null,
        string? service = null,
        string tier = "standard",
        string window = "0-200k",
        string? geo = null,
        string speed = "standard") => new()
        {
            ["account_id"] = account,
            ["api_key_id"] = key,
            ["context_window"] = window,
            ["inference_geo"] = geo ?? (model.HasGeo ? "global" : "not_available"),
            ["model"] = model.Id,
            ["service_account_id"] = service,
            ["service_tier"] = tier,
            ["speed"] = speed,
            ["workspace_id"] = workspace,
        };

    private static Dictionary<string, decimal> Heavy(Random dice) => new()
    {
        ["uncached_input_tokens"] = dice.NextInt64(20_000, 2_500_000),
        ["cache_creation.ephemeral_5m_input_tokens"] = dice.Next(3) == 0 ? 0 : dice.NextInt64(1_000, 400_000),
        ["cache_creation.ephemeral_1h_input_tokens"] = dice.Next(3) == 0 ? dice.NextInt64(1_000, 90_000) : 0,
        ["cache_read_input_tokens"] = dice.NextInt64(0, 5_000_000),
        ["output_tokens"] = dice.NextInt64(5_000, 600_000),
        ["web_search_requests"] = dice.Next(4) == 0 ? dice.Next(1, 60) : 0,
    };

    // A few requests: money below a cent.
    private static Dictionary<string, decimal> Light(Random dice) => new()
    {
        ["uncached_input_tokens"] = dice.NextInt64(3, 900),
        ["cache_creation.ephemeral_5m_input_tokens"] = 0,
        ["cache_creation.ephemeral_1h_input_tokens"] = 0,
        ["cache_read_input_tokens"] = dice.Next(2) == 0 ? 0 : dice.NextInt64(1, 300),
        ["output_tokens"] = dice.NextInt64(1, 700),
        ["web_search_requests"] = 0,
    };
}

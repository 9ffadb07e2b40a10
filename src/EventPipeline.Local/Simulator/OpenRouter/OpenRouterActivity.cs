using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.OpenRouter;

/// <summary>
/// <c>GET /api/v1/activity</c>: what was used per completed day and endpoint, of a key or a workspace if one is named.
/// </summary>
internal static class OpenRouterActivity
{
    public const string Name = "activity";

    private const string Usage = "usage";
    private const string Byok = "byok_usage_inference";
    private const string Workspace = "workspace_id";
    private const string ApiKey = "api_key_hash";

    /// <summary>What the vendor takes for a request with the account's own key at the model's vendor.</summary>
    private const decimal Fee = 0.05m;

    private static readonly string[] Endpoint = ["endpoint_id", "model_permaslug", "model", "provider_name"];
    private static readonly string[] Counts = ["requests", "prompt_tokens", "completion_tokens", "reasoning_tokens"];

    // Dollars per million tokens, in and out.
    private static readonly OpenRouterModel[] Models =
    [
        new("google/gemini-3-pro", "google/gemini-3-pro-20260318", "Google", 1.25m, 10m),
        new("meta-llama/llama-5-70b", "meta-llama/llama-5-70b", "DeepInfra", 0.23m, 0.40m),
        new("meta-llama/llama-5-70b", "meta-llama/llama-5-70b", "Together", 0.88m, 0.88m),
        new("qwen/qwen4-coder:free", "qwen/qwen4-coder-05-2026", "Chutes", 0, 0),
    ];

    public static SimulatedReport Report(SimulatorOptions options, OpenRouterCompany company)
    {
        var book = new Daybook(options, $"{company.Scope}/{Name}", [.. Patterns(options.Seed, company)]);
        return new SimulatedReport(
            Name,
            Name,
            day => book.On(day).Select(Priced),
            new Dictionary<string, string[]>
            {
                ["workspace"] = [Workspace],
                ["api_key"] = [ApiKey],
                ["endpoint"] = Endpoint,
            },
            new Dictionary<string, string> { [ApiKey] = ApiKey, [Workspace] = Workspace },
            Write)
        {
            Limits = new Dictionary<string, PageLimit>(),
            Tokens = fact => fact.Sum("prompt_tokens") + fact.Sum("completion_tokens"),
            Usd = fact => fact.Sum(Usage),
        };
    }

    public static JsonObject Answer(SimulatedRequest request, SimulatedReport report, DateOnly today)
    {
        var byWorkspace = request.Single("group_by") switch
        {
            null => false,
            "workspace" => true,
            var other => throw new RefusedException(400, $"group_by: expected 'workspace', received '{other}'"),
        };
        string[] dimensions = byWorkspace ? [Workspace, .. Endpoint] : Endpoint;
        var filters = report.Filters
            .Select(filter => (Dimension: filter.Value, Wanted: request.Single(filter.Key)))
            .Where(filter => filter.Wanted is not null)
            .ToList();
        var rows =
            from day in Days(request, today)
            from row in Group.Create(
                report.Facts(day).Where(fact => filters.All(filter => fact[filter.Dimension] == filter.Wanted)),
                dimensions)
            select Write(row, day);
        return new JsonObject { ["data"] = new JsonArray([.. rows]) };
    }

    private static IEnumerable<DateOnly> Days(SimulatedRequest request, DateOnly today)
    {
        const int served = 30;
        if (request.Single("date") is not { } text)
        {
            return Enumerable.Range(1, served).Select(age => today.AddDays(-age));
        }

        return !UtcDay.TryParse(text, out var day)
            ? throw new RefusedException(400, "Date must be in YYYY-MM-DD format")
            : day >= today || day < today.AddDays(-served)
            ? throw new RefusedException(400, "Date must be within the last 30 (completed) UTC days")
            : [day];
    }

    private static JsonObject Write(Group row, DateOnly day)
    {
        var json = new JsonObject { ["date"] = day.Text() };
        foreach (var (name, value) in Write(row))
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    private static JsonObject Write(Group row)
    {
        var json = new JsonObject { [Usage] = row.Sum(Usage), [Byok] = row.Sum(Byok) };
        foreach (var name in Counts)
        {
            json[name] = row.Count(name);
        }

        foreach (var (name, value) in row.Dimensions)
        {
            json[name] = value;
        }

        return json;
    }

    // Each key calls two endpoints; the chatroom has no key; one key brings the account's own at the model's vendor.
    private static IEnumerable<Pattern> Patterns(int seed, OpenRouterCompany company)
    {
        foreach (var (key, i) in company.Keys.Select((key, i) => (key, i)))
        {
            yield return Pattern(seed, key.WorkspaceId, key.Hash, Models[i % Models.Length], 90, isByok: i == 1);
            yield return Pattern(seed, key.WorkspaceId, key.Hash, Models[(i + 1) % Models.Length], 60, isByok: false);
        }

        yield return Pattern(seed, company.Workspaces[0].Id, null, Models[0], 70, isByok: false);
    }

    private static Pattern Pattern(
        int seed, string workspace, string? key, OpenRouterModel model, int percent, bool isByok) => new(
        new Dictionary<string, string?>
        {
            [Workspace] = workspace,
            [ApiKey] = key,
            ["endpoint_id"] = Identity.Uuid(seed, $"endpoint/{model.Permaslug}/{model.Provider}").ToString(),
            ["model_permaslug"] = model.Permaslug,
            ["model"] = model.Id,
            ["provider_name"] = model.Provider,
            ["is_byok"] = isByok ? "true" : null,
        },
        percent,
        dice =>
        {
            var completion = dice.Next(1, 90_000);
            return new Dictionary<string, decimal>
            {
                ["requests"] = dice.Next(1, 400),
                ["prompt_tokens"] = dice.Next(1, 900_000),
                ["completion_tokens"] = completion,
                ["reasoning_tokens"] = dice.Next(0, completion),
            };
        });

    private static Fact Priced(Fact fact)
    {
        var model = Models.First(
            one => one.Permaslug == fact["model_permaslug"] && one.Provider == fact["provider_name"]);
        var price = ((fact.Sum("prompt_tokens") * model.Input) + (fact.Sum("completion_tokens") * model.Output))
            / 1_000_000m;
        var isByok = fact["is_byok"] is not null;
        return fact with
        {
            Quantities = new Dictionary<string, decimal>(fact.Quantities)
            {
                [Usage] = isByok ? price * Fee : price,
                [Byok] = isByok ? price : 0,
            },
        };
    }
}

internal sealed record OpenRouterModel(string Id, string Permaslug, string Provider, decimal Input, decimal Output);

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// What the people of an Enterprise organisation use: skills, of which one has an opaque id and one collects what has
/// none; connectors; projects, of which one was deleted before anyone recorded who had made it; plugins, of which two
/// have one name; and kinds of artifacts, shared and not.
/// </summary>
internal static class AnthropicThings
{
    private const string People = "distinct_user_count";
    private const string Uses = "uses";
    private const string Conversations = "conversations";
    private const string Sessions = "sessions";

    /// <summary>The reports.</summary>
    public static IEnumerable<SimulatedReport> Reports(SimulatorOptions options, AnthropicCompany company)
    {
        string Id(string prefix, string what) => Identity.Create(prefix, options.Seed, $"{company.Scope}/{what}");
        SimulatedReport Of(string name, string path, string thing, string[] ids, Func<Group, JsonObject> write) =>
            AnthropicActivity.Create(
                name,
                $"{AnthropicAnalytics.Root}{path}",
                Facts(new Daybook(options, $"{company.Scope}/{path}", [.. Patterns(company, thing, ids)]), thing),
                thing,
                write);

        var deleted = Id("claude_proj_01", "deleted");
        yield return Of(
            "skill_activity",
            "skills",
            "skill",
            ["docx", "pdf", "SIMULATED review", "unknown", Id("skill_01", "own")],
            WriteSkill);
        yield return Of(
            "connector_activity",
            "connectors",
            "connector",
            ["atlassian", "github", Id("mcpsrv_01", "own")],
            WriteConnector);
        yield return Of(
            "project_activity",
            "apps/chat/projects",
            "project",
            [deleted, Id("claude_proj_01", "launch"), Id("claude_proj_01", "support")],
            group => WriteProject(group, company, group["project"] == deleted));
        yield return Of(
            "plugin_activity",
            "plugins",
            "plugin",
            ["SIMULATED lint@ours", "SIMULATED lint@official", "third-party"],
            WritePlugin);
        yield return Of(
            "artifact_activity",
            "artifacts",
            "artifact",
            ["text/html", "text/html shared", "text/markdown", "other"],
            WriteArtifact);
    }

    private static IEnumerable<Pattern> Patterns(AnthropicCompany company, string thing, string[] ids) =>
        from person in company.Users
        from id in ids
        select new Pattern(
            new Dictionary<string, string?> { [thing] = id, ["person"] = person.Id },
            45,
            dice => new Dictionary<string, decimal>
            {
                [Uses] = dice.Next(1, 30),
                [Conversations] = dice.Next(0, 9),
                [Sessions] = dice.Next(0, 6),
            });

    /// <summary>One fact of each thing: how many people used it cannot be added up from how often.</summary>
    private static Func<DateOnly, IEnumerable<Fact>> Facts(Daybook book, string thing) => day => book.On(day)
        .GroupBy(fact => fact[thing])
        .Select(facts => new Fact(
            facts.First().At,
            new Dictionary<string, string?> { [thing] = facts.Key },
            new Dictionary<string, decimal>
            {
                [People] = facts.Select(fact => fact["person"]).Distinct().Count(),
                [Uses] = facts.Sum(fact => fact.Sum(Uses)),
                [Conversations] = facts.Sum(fact => fact.Sum(Conversations)),
                [Sessions] = facts.Sum(fact => fact.Sum(Sessions)),
            }));

    private static JsonObject WriteSkill(Group group) => new(Used(group, "skill"))
    {
        ["skill_name"] = group["skill"],
        ["skill_display_name"] = group["skill"] == "unknown" ? "Unknown skill" : null,
        ["share_status"] = null,
        ["enable_count"] = null,
        ["invocation_count"] = group.Count(Uses),
        ["attributed_list_price"] = Cents(group.Sum(Uses) * 1.25m),
        ["estimated_overage_spend"] = "0",
        ["currency"] = "USD",
    };

    private static JsonObject WriteConnector(Group group) => new(Used(group, "connector"))
    {
        ["connector_name"] = group["connector"],
        ["connector_display_name"] =
            group["connector"]!.StartsWith("mcpsrv_", StringComparison.Ordinal) ? "SIMULATED search" : null,
        ["individual_auth_distinct_user_count"] = null,
        ["managed_auth_distinct_user_count"] = null,
        ["read_call_count"] = group.Count(Uses),
        ["write_call_count"] = 0,
        ["unclassified_call_count"] = 0,
    };

    private static JsonObject WriteProject(Group group, AnthropicCompany company, bool isDeleted) => new()
    {
        ["project_id"] = group["project"],
        ["project_name"] = isDeleted ? "" : "SIMULATED project",
        [People] = group.Count(People),
        ["distinct_conversation_count"] = group.Count(Conversations),
        ["message_count"] = group.Count(Uses),
        ["created_at"] = isDeleted ? null : "2026-02-03T10:00:00Z",
        ["created_by"] = isDeleted ? null : AnthropicUsers.Person(company.Users[0].Id),
    };

    private static JsonObject WritePlugin(Group group)
    {
        JsonObject In(long count) => new() { ["distinct_session_plugin_used_count"] = count };
        var (name, id) = (group["plugin"]!.Split('@')[0], group["plugin"]);
        return new JsonObject
        {
            ["plugin_name"] = name,
            ["plugin_id"] = name == id ? null : id,
            [People] = group.Count(People),
            ["install_count"] = group.Count(Conversations),
            ["invocation_count"] = group.Count(Uses),
            ["claude_code_metrics"] = In(group.Count(Sessions)),
            ["cowork_metrics"] = In(0),
        };
    }

    private static JsonObject WriteArtifact(Group group) => new()
    {
        ["artifact_type"] = group["artifact"]!.Split(' ')[0],
        ["is_shared"] = group["artifact"]!.EndsWith(" shared", StringComparison.Ordinal),
        [People] = group.Count(People),
        ["artifacts_created_count"] = group.Count(Uses),
        ["published_artifacts_created_count"] = 0,
    };

    private static Dictionary<string, JsonNode?> Used(Group group, string thing)
    {
        JsonObject In(string what, long count) => new() { [$"distinct_{what}_{thing}_used_count"] = count };
        return new Dictionary<string, JsonNode?>
        {
            [People] = group.Count(People),
            ["chat_metrics"] = In("conversation", group.Count(Conversations)),
            ["claude_code_metrics"] = In("session", group.Count(Sessions)),
            ["cowork_metrics"] = In("session", 0),
            ["office_metrics"] = new JsonObject
            {
                ["excel"] = In("session", 0),
                ["outlook"] = In("session", 0),
                ["powerpoint"] = In("session", 0),
                ["word"] = In("session", 0),
            },
        };
    }

    private static string Cents(decimal cents) => cents.ToString("0.######", CultureInfo.InvariantCulture);
}

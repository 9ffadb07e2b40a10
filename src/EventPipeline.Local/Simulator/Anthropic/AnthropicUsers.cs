using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary><c>GET /v1/organizations/analytics/users</c>: what each person did on a day that is over.</summary>
internal static class AnthropicUsers
{
    /// <summary>The report.</summary>
    public static SimulatedReport Report(SimulatorOptions options, AnthropicCompany company) =>
        AnthropicActivity.Create(
            "user_activity",
            $"{AnthropicAnalytics.Root}users",
            new Daybook(options, $"{company.Scope}/users", [.. company.Users.Select(Pattern)]).On,
            "user",
            Write);

    /// <summary>A person, as these reports name them.</summary>
    public static JsonObject Person(string? id) => new()
    {
        ["id"] = id,
        ["email_address"] = $"{id}@simulated.example",
        ["type"] = "user",
    };

    private static Pattern Pattern(UserEntity user) => new(
        new Dictionary<string, string?> { ["user"] = user.Id },
        75,
        dice => new Dictionary<string, decimal>
        {
            ["messages"] = dice.Next(1, 90),
            ["sessions"] = dice.Next(0, 6),
            ["added"] = dice.Next(0, 900),
            ["removed"] = dice.Next(0, 300),
            ["commits"] = dice.Next(0, 5),
            ["pull_requests"] = dice.Next(0, 2),
            ["accepted"] = dice.Next(0, 40),
            ["rejected"] = dice.Next(0, 9),
        });

    private static JsonObject Write(Group group) => new()
    {
        ["user"] = Person(group["user"]),
        ["chat_metrics"] = new JsonObject { ["message_count"] = group.Count("messages") },
        ["claude_code_metrics"] = new JsonObject
        {
            ["core_metrics"] = new JsonObject
            {
                ["commit_count"] = group.Count("commits"),
                ["distinct_session_count"] = group.Count("sessions"),
                ["lines_of_code"] = new JsonObject
                {
                    ["added_count"] = group.Count("added"),
                    ["removed_count"] = group.Count("removed"),
                },
                ["pull_request_count"] = group.Count("pull_requests"),
            },
            ["tool_actions"] = new JsonObject
            {
                ["edit_tool"] = new JsonObject
                {
                    ["accepted_count"] = group.Count("accepted"),
                    ["rejected_count"] = group.Count("rejected"),
                },
            },
        },
        ["web_search_count"] = 0,
    };
}

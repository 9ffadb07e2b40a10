using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary><c>GET /v1/organizations/analytics/users</c>: what each person did on a day that is over.</summary>
internal static class AnthropicUsers
{
    public const string Path = "analytics/users";

    private static readonly PageLimit Limit = new(100, 1_000);

    public static SimulatedReport Report(SimulatorOptions options, AnthropicCompany company) => new(
        "user_activity",
        Path,
        new Daybook(options, $"{company.Scope}/users", [.. company.Users.Select(Pattern)]).On,
        SimulatedReport.Each("user"),
        new Dictionary<string, string>(),
        Write)
    {
        Limits = new Dictionary<string, PageLimit> { ["1d"] = Limit },
    };

    /// <summary>A page of the people of one day.</summary>
    public static SimulatedReply Answer(SimulatedRequest request, SimulatedReport report, TimeProvider clock)
    {
        var last = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
        if (!DateOnly.TryParseExact(
            request.Single("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw new RefusedException(400, "date: must be a day, YYYY-MM-DD");
        }

        if (day > last)
        {
            throw new RefusedException(
                400, FormattableString.Invariant($"date: data is available up to {last:yyyy-MM-dd}"));
        }

        var (page, next) = request.PageOf(Group.Create(report.Facts(day), ["user"]), report.Limits["1d"]);
        return new SimulatedReply(200, new JsonObject
        {
            ["data"] = new JsonArray([.. page.Select(report.Write)]),
            ["next_page"] = next,
        });
    }

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
        ["user"] = new JsonObject
        {
            ["id"] = group["user"],
            ["email_address"] = $"{group["user"]}@simulated.example",
            ["type"] = "user",
        },
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

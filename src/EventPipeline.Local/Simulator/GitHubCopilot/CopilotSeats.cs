using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.GitHubCopilot;

/// <summary>
/// <c>GET /orgs/{org}/copilot/billing/seats</c>: numbered pages, the next one in the header <c>Link</c>.
/// </summary>
internal static class CopilotSeats
{
    private const int DefaultSize = 50;
    private const int MaxSize = 100;

    public static SimulatedReply Page(SimulatedRequest request, CopilotCompany company)
    {
        var page = Number(request, "page", usual: 1, most: int.MaxValue);
        var size = Number(request, "per_page", DefaultSize, MaxSize);
        var members = company.Members;
        var body = new JsonObject
        {
            ["total_seats"] = members.Count,
            ["seats"] = new JsonArray([.. members.Skip((page - 1) * size).Take(size).Select(Seat)]),
        };
        var next = string.Create(
            CultureInfo.InvariantCulture,
            $"<http://{request.Headers.Host}{request.Path}?per_page={size}&page={page + 1}>; rel=\"next\"");
        return new SimulatedReply(StatusCodes.Status200OK, body)
        {
            Headers = page * size < members.Count ? [new("Link", next)] : [],
        };
    }

    private static JsonObject Seat(CopilotMember member) => new()
    {
        ["created_at"] = "2025-08-03T18:00:00-06:00",
        ["updated_at"] = "2025-09-23T15:00:00-06:00",
        ["pending_cancellation_date"] = member.Id % 10 == 0 ? "2099-01-01" : null,
        ["last_activity_at"] = member.Id % 5 == 0 ? null : "2026-11-20T00:53:32-06:00",
        ["last_activity_editor"] = member.Id % 5 == 0 ? null : "vscode/1.77.3/copilot/1.86.82",
        ["last_authenticated_at"] = "2026-11-20T00:53:32-06:00",
        ["plan_type"] = "business",
        ["assignee"] = new JsonObject { ["login"] = member.Login, ["id"] = member.Id, ["type"] = "User" },
        ["assigning_team"] = member.Team is null
            ? null
            : new JsonObject { ["id"] = 1, ["name"] = $"SIMULATED {member.Team}", ["slug"] = member.Team },
    };

    private static int Number(SimulatedRequest request, string name, int usual, int most) =>
        request.Single(name) switch
        {
            null => usual,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= 1 => Math.Min(number, most),
            _ => usual,
        };
}

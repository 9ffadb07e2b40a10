using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/users: what each person of an Enterprise organisation did in its products on a UTC
/// day.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/users/list</remarks>
internal static class UserActivity
{
    /// <summary>The report.</summary>
    public static readonly ActivityReport Report = new("users", ActivityReport.OneDay, Record);

    // What has no column is kept as it is.
    private static readonly string[] Metrics =
    [
        "chat_metrics", "chat_cowork_unified_metrics", "claude_code_metrics", "claude_tag_metrics", "cowork_metrics",
        "design_metrics", "office_metrics", "science_metrics",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored =
        [
            .. Metrics, "user", "web_search_count", "distinct_user_count", "last_activity_date", "rbac_group_id",
            "rbac_group_name",
        ],
    };

    private static ActivityRecord Record(ActivityDay day, Fields row)
    {
        var user = row.ObjectOrNull("user");
        var code = row.ObjectOrNull("claude_code_metrics");
        var core = code?.ObjectOrNull("core_metrics");
        var lines = core?.ObjectOrNull("lines_of_code");
        var tools = code?.ObjectOrNull("tool_actions")?.Map().Select(tool => tool.Value).ToList();
        var details = row.Details()
            .Add("email_address", user?.Text("email_address"))
            .Add("web_search_count", row.GetInt64OrNull("web_search_count"))
            .AddAll(row, Metrics);
        var id = user is { } known ? ActivityDay.IdOf(known, "id") : ActivityDay.IdOf(row, "user");
        return day.About(row, Shape, "user", "user_id", id) with
        {
            Sessions = core?.GetInt64OrNull("distinct_session_count"),
            Interactions = row.ObjectOrNull("chat_metrics")?.GetInt64OrNull("message_count"),
            LinesAdded = lines?.GetInt64OrNull("added_count"),
            LinesRemoved = lines?.GetInt64OrNull("removed_count"),
            Accepted = Sum(row, tools, "accepted_count"),
            Rejected = Sum(row, tools, "rejected_count"),
            Commits = core?.GetInt64OrNull("commit_count"),
            PullRequests = core?.GetInt64OrNull("pull_request_count"),
            Details = details.ToJson(),
        };
    }

    private static long? Sum(Fields row, IReadOnlyList<Fields>? tools, string name) =>
        tools?.Aggregate(0L, (sum, tool) => row.Sum(sum, tool.GetInt64(name)));
}

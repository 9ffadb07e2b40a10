using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// What an Enterprise organisation did with each of its skills, connectors, projects and plugins, and with each kind of
/// artifact, on a UTC day. What they count are people, conversations and sessions, each once, and messages that
/// <see cref="UserActivity"/> counts too: no two of these may be added, so all of it is in the details. So is the money
/// of skills, which is an estimate, in cents.
/// </summary>
internal static class ThingActivity
{
    private static readonly Shape PluginSessions = new() { Metrics = ["distinct_session_plugin_used_count"] };

    // Members of rows that are grouped, which these are not.
    private static readonly string[] OfGroups = ["product", "user_id", "rbac_group_id", "rbac_group_name"];

    /// <summary>GET /v1/organizations/analytics/skills.</summary>
    /// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/skills/list</remarks>
    public static readonly ActivityReport Skills = Of(
        "skills",
        "skill",
        "skill_name",
        new Members(
            ["distinct_user_count", "enable_count", "invocation_count"],
            [
                "skill_display_name", "share_status", "currency", "attributed_list_price", "estimated_overage_spend",
            ],
            Uses("skill")));

    /// <summary>GET /v1/organizations/analytics/connectors.</summary>
    /// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/connectors/list</remarks>
    public static readonly ActivityReport Connectors = Of(
        "connectors",
        "connector",
        "connector_name",
        new Members(
            [
                "distinct_user_count", "individual_auth_distinct_user_count", "managed_auth_distinct_user_count",
                "read_call_count", "write_call_count", "unclassified_call_count",
            ],
            ["connector_display_name"],
            Uses("connector")));

    /// <summary>GET /v1/organizations/analytics/apps/chat/projects.</summary>
    /// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/chat_projects</remarks>
    public static readonly ActivityReport Projects = Of(
        "apps/chat/projects",
        "project",
        "project_id",
        new Members(
            ["distinct_user_count", "distinct_conversation_count", "message_count"],
            ["project_name", "created_at"],
            [("created_by", new Shape { Ignored = ["id", "email_address", "type"] })]));

    /// <summary>
    /// GET /v1/organizations/analytics/plugins. One of them, <c>third-party</c>, collects all whose name was not told.
    /// Plugins of one name may have an id each, and many have none.
    /// </summary>
    /// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/plugins/list</remarks>
    public static readonly ActivityReport Plugins = Of(
        "plugins",
        "plugin",
        "plugin_name",
        new Members(
            ["distinct_user_count", "install_count", "invocation_count"],
            ["plugin_id"],
            [
                ("claude_code_metrics", PluginSessions), ("cowork_metrics", PluginSessions),
                ("chat_cowork_unified_metrics", PluginSessions),
            ]),
        row => ("plugin_id", row.Identifier("plugin_id")));

    /// <summary>
    /// GET /v1/organizations/analytics/artifacts: a row of each kind of artifact, shared and not.
    /// </summary>
    /// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/artifacts/list</remarks>
    public static readonly ActivityReport Artifacts = Of(
        "artifacts",
        "artifact",
        "artifact_type",
        new Members(
            ["distinct_user_count", "artifacts_created_count", "published_artifacts_created_count"],
            ["is_shared"],
            []),
        row => ("is_shared", row.Flag("is_shared") switch { true => "true", false => "false", null => null }));

    private static ActivityReport Of(
        string path,
        string type,
        string idName,
        Members members,
        Func<Fields, (string Name, string? Value)>? also = null)
    {
        var shape = new Shape
        {
            Dimensions = OfGroups,
            Metrics = members.Counts,
            Ignored = [idName, .. members.Texts],
            Objects = members.Objects,
        };
        string[] kept = [.. members.Texts, .. members.Counts, .. members.Objects.Select(one => one.Name)];
        return new ActivityReport(
            path,
            ActivityReport.OneDay,
            (day, row) => day.About(
                row, shape, type, idName, ActivityDay.IdOf(row, idName), also is null ? [] : [also(row)]) with
            {
                Details = row.Details().AddAll(row, kept).ToJson(),
            });
    }

    /// <summary>In how many conversations and sessions of each product it was used.</summary>
    private static IReadOnlyList<(string Name, Shape Shape)> Uses(string thing)
    {
        var conversations = new Shape { Metrics = [$"distinct_conversation_{thing}_used_count"] };
        var sessions = new Shape { Metrics = [$"distinct_session_{thing}_used_count"] };
        return
        [
            ("chat_metrics", conversations),
            ("claude_code_metrics", sessions),
            ("cowork_metrics", sessions),
            ("office_metrics", new Shape
            {
                Objects = [
                    ("excel", sessions), ("outlook", sessions), ("powerpoint", sessions), ("word", sessions),
                ],
            }),
            ("chat_cowork_unified_metrics", new Shape
            {
                Objects = [("chat", conversations), ("sessions", sessions)],
            }),
        ];
    }

    /// <summary>What a row says beside its id.</summary>
    /// <param name="Counts">Whole numbers, or null where the vendor cannot tell.</param>
    /// <param name="Texts">Names, times, flags, and money as the vendor writes it.</param>
    /// <param name="Objects">Objects within.</param>
    private sealed record Members(
        IReadOnlyList<string> Counts,
        IReadOnlyList<string> Texts,
        IReadOnlyList<(string Name, Shape Shape)> Objects);
}

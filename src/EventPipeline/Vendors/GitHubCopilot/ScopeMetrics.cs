using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// What a whole organization or enterprise did on one day: organization-1-day or enterprise-1-day. Its counters are
/// those of its people again, so all of it is details: no sum of a column counts anything twice.
/// </summary>
/// <remarks>https://docs.github.com/en/copilot/reference/copilot-usage-metrics</remarks>
internal static class ScopeMetrics
{
    private const string Grain = "scope.v1";

    private static readonly string[] Own =
    [
        "daily_active_users", "weekly_active_users", "monthly_active_users", "monthly_active_chat_users",
        "monthly_active_agent_users", "daily_active_cli_users", "daily_active_copilot_cloud_agent_users",
        "weekly_active_copilot_cloud_agent_users", "monthly_active_copilot_cloud_agent_users", "pull_requests",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored = MetricsShape.Technical,
        Metrics = [.. Own, .. MetricsShape.Counts, .. MetricsShape.Others],
    };

    /// <summary>The row.</summary>
    public static ActivityRecord Record(FetchContext fetch, CopilotPaths paths, DateOnly day, Fields row) => new()
    {
        RowKey = NaturalKey.Create(fetch, Grain, day, ("scope", paths.Word)),
        Words = row.Words(Shape, []),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = Grain,
        UsageDate = day,
        Product = fetch.Window.Vendor,
        ActorType = paths.Word,
        ActorId = fetch.AccountId,
        Details = row.Details([.. Own, .. MetricsShape.Counts, .. MetricsShape.Others]),
    };
}

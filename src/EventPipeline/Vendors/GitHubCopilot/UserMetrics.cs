using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>What one person did on one day: a row of users-1-day.</summary>
/// <remarks>https://docs.github.com/en/copilot/reference/copilot-usage-metrics</remarks>
internal static class UserMetrics
{
    private const string Grain = "user.v1";

    private static readonly string[] Flags =
    [
        "used_agent", "used_chat", "used_cli", "used_copilot_coding_agent", "used_copilot_cloud_agent",
        "used_copilot_code_review_active", "used_copilot_code_review_passive",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored = ["user_id", "user_login", .. MetricsShape.Technical],
        Metrics = [.. MetricsShape.Counts, .. MetricsShape.Others, .. Flags],
    };

    /// <summary>The row. A login may be changed, the id stays.</summary>
    public static ActivityRecord Record(FetchContext fetch, DateOnly day, Fields row)
    {
        var user = row.Identifier("user_id") ?? row.RequiredIdentifier("user_login");
        return new ActivityRecord
        {
            RowKey = NaturalKey.Create(fetch, Grain, day, ("user_id", user)),
            Words = row.Words(Shape, []),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            Product = fetch.Window.Vendor,
            ActorType = "user",
            ActorId = user,
            Interactions = row.GetInt64OrNull("user_initiated_interaction_count"),
            LinesSuggested = row.GetInt64OrNull("loc_suggested_to_add_sum"),
            LinesAdded = row.GetInt64OrNull("loc_added_sum"),
            LinesRemoved = row.GetInt64OrNull("loc_deleted_sum"),
            Accepted = row.GetInt64OrNull("code_acceptance_activity_count"),
            Details = row.Details(["user_login", .. Flags, .. MetricsShape.Others]),
        };
    }
}

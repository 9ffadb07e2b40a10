using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/summaries: how many people of an Enterprise organisation were active on a UTC day,
/// in the 7 and in the 28 or 30 days that end with it, and how many seats and invitations there were. None of these may
/// be added over days or products, since the same people are counted again: all are in the details.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/api/admin/analytics/summaries/list</remarks>
internal static class OrganizationActivity
{
    /// <summary>The report.</summary>
    public static readonly ActivityReport Report = new("summaries", Query, Record) { HasRowEachDay = true };

    private static readonly string[] Products =
    [
        "", "chat_", "chat_cowork_unified_", "claude_code_", "claude_design_", "claude_tag_", "cowork_",
        "office_agent_", "science_",
    ];

    private static readonly string[] Metrics =
    [
        .. Products.SelectMany(product => new[] { "daily", "weekly", "monthly" }.Select(
            span => $"{product}{span}_active_user_count")),
        "daily_adoption_rate", "weekly_adoption_rate", "monthly_adoption_rate", "assigned_seat_count",
        "pending_invite_count", "science_entitled_user_count",
    ];

    private static readonly Shape Shape = new() { Metrics = Metrics, Ignored = ["starting_at", "ending_at"] };

    // The end is exclusive.
    private static string Query(DateOnly day) => FormattableString.Invariant(
        $"starting_date={day:yyyy-MM-dd}&ending_date={day.AddDays(1):yyyy-MM-dd}");

    private static ActivityRecord Record(ActivityDay day, Fields row)
    {
        if (AnalyticsRows.DayOf(row) is var told && told != day.Day)
        {
            throw row.Broken(
                "starting_at", FormattableString.Invariant($"is {told:yyyy-MM-dd}, not the day that was asked for"));
        }

        return day.AboutOrganization(row, Shape) with { Details = row.Details().AddAll(row, Metrics).ToJson() };
    }
}

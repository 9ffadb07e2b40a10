using System.Text.Json;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// What the rows of persons and of the whole have in common. Breakdowns repeat the totals beside them, so they are
/// details.
/// </summary>
/// <remarks>https://docs.github.com/en/copilot/reference/copilot-usage-metrics</remarks>
internal static class MetricsShape
{
    /// <summary>What has columns in a person's row.</summary>
    public static readonly IReadOnlyList<string> Counts =
    [
        "user_initiated_interaction_count", "code_acceptance_activity_count", "loc_suggested_to_add_sum",
        "loc_added_sum", "loc_deleted_sum",
    ];

    /// <summary>What has no column.</summary>
    public static readonly IReadOnlyList<string> Others =
    [
        "code_generation_activity_count", "loc_suggested_to_delete_sum", "chat_panel_agent_mode", "chat_panel_ask_mode",
        "chat_panel_custom_mode", "chat_panel_edit_mode", "chat_panel_plan_mode", "chat_panel_unknown_mode",
        "totals_by_ide", "totals_by_feature", "totals_by_language_feature", "totals_by_language_model",
        "totals_by_model_feature", "totals_by_3rd_party_agent", "totals_by_cli", "ai_credits_used",
    ];

    /// <summary>Whose it is and how it was made: the same in every row, or read elsewhere.</summary>
    public static readonly IReadOnlyList<string> Technical =
    [
        "day", "enterprise_id", "organization_id", "etl_id", "day_partition", "entity_id_partition",
    ];

    /// <summary>The members of these names, as they are.</summary>
    public static JsonElement? Details(this Fields row, params IEnumerable<string> names) =>
        row.Details().AddAll(row, names).ToJson();
}

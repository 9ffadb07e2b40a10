using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// What a row of the analytics reports is grouped by. Five dimensions at most are served at once, and these five say
/// who used what, through which product and on whose behalf; the others are null, and distinguish rows if they are not.
/// </summary>
internal static class AnalyticsGroup
{
    public const string Actor = "actor";

    /// <summary>The dimensions that are asked for, in the order of the row key.</summary>
    public static readonly IReadOnlyList<string> Dimensions =
        ["workspace_id", "api_key_id", "model", "product", Actor];

    /// <summary>What is kept longest where the vendor refuses to group by all of them.</summary>
    public static readonly IReadOnlyList<string> Important =
        ["model", "workspace_id", "product", "api_key_id", Actor];

    private static readonly string[] Others =
    [
        "actor_type", "organization_id", "service_tier", "context_window", "inference_geo", "speed", "agent_id",
        "environment_id", "session_id", "deployment_id", "user_profile_id", "rbac_group_id", "slack_channel_id",
        "claude_tag_category", "claude_tag_user_id",
    ];

    /// <summary>The members of a group.</summary>
    /// <param name="more">Those that one report has in addition.</param>
    public static Shape Shape(params IEnumerable<string> more) =>
        new() { Dimensions = [.. Dimensions, .. Others, .. more] };

    /// <summary>The natural key of a row.</summary>
    public static RowKey Key(FetchContext fetch, Grain grain, DateOnly day, Fields group) => NaturalKey.Create(
        fetch,
        grain.Name,
        day,
        grain.Dimensions.SelectMany(name => name == Actor
            ? AnalyticsActor.Dimensions(AnalyticsActor.Read(group))
            : [(name, group.Text(name))]));

    /// <summary>What a row says beside its key.</summary>
    /// <param name="row">The row.</param>
    /// <param name="shape">The members of the row, of which <c>group</c> is read here.</param>
    /// <param name="group">The group.</param>
    /// <param name="groupShape">The members of the group.</param>
    /// <param name="grain">What was asked for.</param>
    public static RowWords Words(Fields row, Shape shape, Fields group, Shape groupShape, Grain grain)
    {
        var (own, inner) = (row.Words(shape, []), group.Words(groupShape, grain.Dimensions));
        return new RowWords(
            unchecked(own.Texts + inner.Texts),
            unchecked(own.Others + inner.Others),
            unchecked(own.Values + inner.Values),
            own.HasUnknown || inner.HasUnknown);
    }
}

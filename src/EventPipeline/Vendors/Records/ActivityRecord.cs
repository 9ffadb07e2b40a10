using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Records;

/// <summary>What one person or key did with one tool on one day. Null is "not reported".</summary>
public sealed record ActivityRecord : VendorRecord
{
    public const string TableName = "activity";

    /// <summary>The tool, e.g. <c>claude_code</c>.</summary>
    public required string Product { get; init; }

    /// <summary>
    /// What <see cref="ActorId"/> names: <c>user</c> (an e-mail address, or an id where the vendor gives one),
    /// <c>api_key_name</c>.
    /// </summary>
    public required string ActorType { get; init; }

    public required string ActorId { get; init; }

    public long? Sessions { get; init; }

    public long? Interactions { get; init; }

    public long? LinesSuggested { get; init; }

    public long? LinesAdded { get; init; }

    public long? LinesRemoved { get; init; }

    /// <summary>Suggestions or edits a person accepted.</summary>
    public long? Accepted { get; init; }

    /// <summary>Suggestions or edits a person rejected.</summary>
    public long? Rejected { get; init; }

    public long? Commits { get; init; }

    public long? PullRequests { get; init; }

    /// <summary>What has no separate column (terminal, tool actions, model breakdown), as a JSON object.</summary>
    public JsonElement? Details { get; init; }

    [JsonIgnore]
    public override string Table => TableName;
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Vendors.Records;

/// <summary>
/// What one person or key did with one tool on one day, or what all of them did with one thing of it. Null is "not
/// reported".
/// </summary>
/// <remarks>
/// A column is added up over all reports, so it holds only what no other row counts too: counts of distinct people,
/// conversations or sessions of a thing are in <see cref="Details"/>, where no sum meets them.
/// </remarks>
public sealed record ActivityRecord : VendorRecord
{
    public const string TableName = "activity";

    /// <summary>The tool, e.g. <c>claude_code</c>.</summary>
    public required string Product { get; init; }

    /// <summary>
    /// What <see cref="ActorId"/> names: <c>user</c> (an e-mail address, or an id where the vendor gives one),
    /// <c>api_key_name</c>; a thing that people used: <c>skill</c>, <c>connector</c>, <c>project</c>; or all people of
    /// the account: <c>organization</c>.
    /// </summary>
    public required string ActorType { get; init; }

    /// <summary>Who or what; <c>(hidden)</c> where the vendor has a row and does not say.</summary>
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

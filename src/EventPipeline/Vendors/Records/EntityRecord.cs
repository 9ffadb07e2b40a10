using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Records;

/// <summary>The name behind an id, as it was on the day of the snapshot.</summary>
public sealed record EntityRecord : VendorRecord
{
    public const string TableName = "entity";

    /// <summary>
    /// <c>organization</c>, <c>workspace</c>, <c>workspace_member</c>, <c>project</c>, <c>api_key</c>,
    /// <c>admin_api_key</c>, <c>user</c>, <c>service_account</c>, <c>group</c>, <c>group_member</c>.
    /// </summary>
    public required string Kind { get; init; }

    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    /// <summary>What it belongs to: the workspace or project of a key.</summary>
    public string? ParentId { get; init; }

    public string? Status { get; init; }

    /// <summary>When the vendor says it was made, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the vendor says it was archived or deleted, UTC.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>What else is worth keeping (role, tags, owner, key hint), as a JSON object.</summary>
    public JsonElement? Details { get; init; }

    [JsonIgnore]
    public override string Table => TableName;

    /// <summary>An entity of a snapshot, without its name.</summary>
    internal static EntityRecord Create(FetchContext fetch, string grain, string kind, string id) => new()
    {
        RowKey = NaturalKey.Create(fetch, grain, fetch.Window.From, ("kind", kind), ("id", id)),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = grain,
        UsageDate = fetch.Window.From,
        Kind = kind,
        Id = id,
    };
}

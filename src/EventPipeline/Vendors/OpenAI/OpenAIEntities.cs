using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// The names behind ids, as they are today: projects, users, admin keys, and each project's keys and service accounts.
/// </summary>
/// <remarks>https://platform.openai.com/docs/api-reference/administration</remarks>
internal static class OpenAIEntities
{
    /// <summary>The lists that every organisation has; those of each project are more.</summary>
    public const int Lists = 3;

    private const string Grain = "id.v1";

    private static readonly FrozenSet<string> KnownProject = Known(
        "name", "created_at", "archived_at", "status", "external_key_id", "residency");
    private static readonly FrozenSet<string> KnownUser = Known(
        "name",
        "email",
        "role",
        "added_at",
        "is_default",
        "created",
        "user",
        "is_service_account",
        "is_scale_tier_authorized_purchaser",
        "is_scim_managed", "api_key_last_used_at", "technical_level", "developer_persona", "projects");

    private static readonly FrozenSet<string> KnownAdminKey = Known(
        "name", "redacted_value", "created_at", "expires_at", "last_used_at", "owner");
    private static readonly FrozenSet<string> KnownKey = Known(
        "name", "redacted_value", "created_at", "last_used_at", "owner_project_access", "owner");

    private static readonly FrozenSet<string> KnownServiceAccount = Known("name", "role", "created_at");

    /// <summary>Streams the snapshot.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lists = new NameLists(pages, conversation, OpenAIPages.Names);
        yield return new BucketArrived(fetch.Window.From);
        var projects = new List<string>();
        await foreach (
            var row in lists.ReadAsync("v1/organization/projects?include_archived=true&limit=100", cancellationToken))
        {
            var project = Project(fetch, row);
            projects.Add(project.Id);
            yield return project;
        }

        await foreach (var row in lists.ReadAsync("v1/organization/users?limit=100", cancellationToken))
        {
            yield return User(fetch, row);
        }

        await foreach (var row in lists.ReadAsync("v1/organization/admin_api_keys?limit=100", cancellationToken))
        {
            row.NoteUnknown(KnownAdminKey);
            yield return Key(fetch, "admin_api_key", row);
        }

        foreach (var project in projects)
        {
            var path = $"v1/organization/projects/{Uri.EscapeDataString(project)}";

            // Without owner_project_access the vendor leaves out enabled keys whose owner lost access; their usage
            // stays.
            await foreach (var row in lists.ReadPartAsync(
                $"{path}/api_keys?owner_project_access=any&limit=100",
                "v1/organization/projects/*/api_keys",
                cancellationToken))
            {
                row.NoteUnknown(KnownKey);
                yield return Key(fetch, "api_key", row) with { ParentId = project };
            }

            await foreach (var row in lists.ReadPartAsync(
                $"{path}/service_accounts?limit=100", "v1/organization/projects/*/service_accounts", cancellationToken))
            {
                yield return ServiceAccount(fetch, project, row);
            }
        }

        lists.RequireOne();
    }

    private static EntityRecord Project(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownProject);
        return EntityRecord.Create(fetch, Grain, "project", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            Status = row.Text("status"),
            CreatedAt = row.Time("created_at"),
            DeletedAt = row.Time("archived_at"),
            Details = row.Details()
                .Add("external_key_id", row.Text("external_key_id"))
                .Add("residency", row.Anything("residency"))
                .ToJson(),
        };
    }

    private static EntityRecord User(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownUser);
        return EntityRecord.Create(fetch, Grain, "user", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            Email = row.Text("email"),
            CreatedAt = row.Time("added_at"),
            Details = row.Details()
                .Add("role", row.Text("role"))
                .Add("is_service_account", row.Flag("is_service_account"))
                .ToJson(),
        };
    }

    private static EntityRecord Key(FetchContext fetch, string kind, Fields row) =>
        EntityRecord.Create(fetch, Grain, kind, row.RequiredText("id")) with
    {
        Name = row.Text("name"),
        CreatedAt = row.Time("created_at"),
        Details = row.Details()
                .Add("redacted_value", row.Text("redacted_value"))
                .Add("owner", row.Anything("owner"))
                .Add("owner_project_access", row.Text("owner_project_access"))
                .Add("expires_at", row.GetInt64OrNull("expires_at"))
                .ToJson(),
    };

    private static EntityRecord ServiceAccount(FetchContext fetch, string project, Fields row)
    {
        row.NoteUnknown(KnownServiceAccount);
        return EntityRecord.Create(fetch, Grain, "service_account", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            ParentId = project,
            CreatedAt = row.Time("created_at"),
            Details = row.Details().Add("role", row.Text("role")).ToJson(),
        };
    }

    private static FrozenSet<string> Known(params IEnumerable<string> names) =>
        names.Append("id").Append("object").ToFrozenSet(StringComparer.Ordinal);
}

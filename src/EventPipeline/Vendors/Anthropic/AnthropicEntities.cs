using System.Collections.Frozen;
using System.Net;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>The names behind ids, as they are today: organisation, workspaces, keys, users, members.</summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/admin-api</remarks>
internal static class AnthropicEntities
{
    /// <summary>Which organisation the credential belongs to.</summary>
    public static readonly VendorRequest Me = new("v1/organizations/me");

    /// <summary>
    /// The organisation, and the lists that every one has; the members of each workspace are one more.
    /// </summary>
    public const int Lists = 4;

    private const string Grain = "id.v1";

    private static readonly FrozenSet<string> KnownOrganization = Known("name");
    private static readonly FrozenSet<string> KnownWorkspace = Known(
        "name",
        "created_at",
        "archived_at",
        "compartment_id",
        "data_residency",
        "display_color",
        "external_key_id",
        "tags");

    private static readonly FrozenSet<string> KnownKey = Known(
        "name", "created_at", "created_by", "expires_at", "partial_key_hint", "principal", "status", "workspace_id");

    private static readonly FrozenSet<string> KnownUser = Known("added_at", "email", "name", "role");
    private static readonly FrozenSet<string> KnownMember = Known("user_id", "workspace_id", "workspace_role");

    /// <summary>Streams the snapshot.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lists = new NameLists(pages, conversation, AnthropicPages.Names);
        var me = await pages.ReadObjectAsync(
            conversation,
            Me with { Tolerated = [HttpStatusCode.NotFound, HttpStatusCode.Forbidden] },
            "organizations/me",
            cancellationToken,
            refusal => NoteForbidden(lists, refusal));
        yield return new BucketArrived(fetch.Window.From);
        if (me is { } found)
        {
            found.NoteUnknown(KnownOrganization);
            yield return EntityRecord.Create(
                fetch, Grain, "organization", found.RequiredText("id")) with { Name = found.Text("name") };
        }

        var workspaces = new List<string>();

        // Only the analytics reports say the id of the Default workspace.
        var more = fetch.Account.Source == AnthropicConnector.ConsoleAnalytics ? "&include_default=true" : "";
        await foreach (
            var row in lists.ReadAsync(
                $"v1/organizations/workspaces?include_archived=true{more}&limit=1000", cancellationToken))
        {
            var workspace = Workspace(fetch, row);
            if (workspace.DeletedAt is null)
            {
                workspaces.Add(workspace.Id);
            }

            yield return workspace;
        }

        await foreach (var row in lists.ReadAsync("v1/organizations/api_keys?limit=1000", cancellationToken))
        {
            yield return ApiKey(fetch, row);
        }

        await foreach (var row in lists.ReadAsync("v1/organizations/users?limit=1000", cancellationToken))
        {
            yield return User(fetch, row);
        }

        foreach (var workspace in workspaces)
        {
            var path = $"v1/organizations/workspaces/{Uri.EscapeDataString(workspace)}/members?limit=1000";
            await foreach (
                var row in lists.ReadPartAsync(path, "v1/organizations/workspaces/*/members", cancellationToken))
            {
                yield return Member(fetch, workspace, row);
            }
        }

        lists.RequireOne();
    }

    private static void NoteForbidden(NameLists lists, RejectedEventException refusal)
    {
        if (refusal.Cause == RejectionCause.Credential)
        {
            lists.NoteRefusal(Me.PathAndQuery, refusal);
        }
    }

    private static EntityRecord Workspace(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownWorkspace);
        var archived = row.Time("archived_at");
        return EntityRecord.Create(fetch, Grain, "workspace", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            Status = archived is null ? "active" : "archived",
            CreatedAt = row.Time("created_at"),
            DeletedAt = archived,
            Details = row.Details()
                .Add("tags", row.Anything("tags"))
                .Add("data_residency", row.Anything("data_residency"))
                .Add("display_color", row.Text("display_color"))
                .Add("external_key_id", row.Text("external_key_id"))
                .ToJson(),
        };
    }

    private static EntityRecord ApiKey(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownKey);
        return EntityRecord.Create(fetch, Grain, "api_key", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            ParentId = row.Text("workspace_id"),
            Status = row.Text("status"),
            CreatedAt = row.Time("created_at"),
            Details = row.Details()
                .Add("created_by", row.Anything("created_by"))
                .Add("principal", row.Anything("principal"))
                .Add("partial_key_hint", row.Text("partial_key_hint"))
                .Add("expires_at", row.Text("expires_at"))
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
            Details = row.Details().Add("role", row.Text("role")).ToJson(),
        };
    }

    private static EntityRecord Member(FetchContext fetch, string workspace, Fields row)
    {
        row.NoteUnknown(KnownMember);
        var user = row.RequiredText("user_id");
        return EntityRecord.Create(fetch, Grain, "workspace_member", $"{workspace}/{user}") with
        {
            ParentId = workspace,
            Details = row.Details()
                .Add("user_id", user)
                .Add("workspace_role", row.Text("workspace_role"))
                .ToJson(),
        };
    }

    private static FrozenSet<string> Known(params IEnumerable<string> names) =>
        names.Append("id").Append("type").ToFrozenSet(StringComparer.Ordinal);
}

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>The names behind ids, as they are today: workspaces, and each one's API keys.</summary>
/// <remarks>https://openrouter.ai/docs/api/api-reference/api-keys/list</remarks>
internal static class OpenRouterEntities
{
    /// <summary>The workspaces, and the keys of one.</summary>
    public const int Lists = 2;

    private const string Grain = "id.v1";

    private static readonly FrozenSet<string> KnownWorkspace =
    [
        "id", "name", "slug", "description", "created_at", "updated_at", "created_by", "default_text_model",
        "default_image_model", "default_provider_sort", "io_logging_api_key_ids", "io_logging_sampling_rate",
        "is_data_discount_logging_enabled", "is_observability_broadcast_enabled", "is_observability_io_logging_enabled",
    ];

    private static readonly FrozenSet<string> KnownKey =
    [
        "hash", "name", "label", "disabled", "created_at", "updated_at", "expires_at", "last_used_at",
        "creator_user_id", "external_user", "workspace_id", "limit", "limit_remaining", "limit_reset",
        "include_byok_in_limit", "usage", "usage_daily", "usage_weekly", "usage_monthly", "byok_usage",
        "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly",
    ];

    /// <summary>The keys of a workspace, disabled ones too; those of the default one where none is named.</summary>
    public static IAsyncEnumerable<Fields> KeysAsync(
        OpenRouterLists lists,
        string? workspace,
        Action<RejectedEventException> onRefusal,
        CancellationToken cancellationToken)
    {
        var filter = workspace is null ? "" : $"&workspace_id={Uri.EscapeDataString(workspace)}";
        return lists.ReadPagesAsync(
            lists.Request($"keys?include_disabled=true{filter}"), "hash", "the keys", onRefusal, cancellationToken);
    }

    /// <summary>Streams the snapshot. A list that is refused does not stop the other.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        OpenRouterLists lists,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new BucketArrived(fetch.Window.From);
        RejectedEventException? noWorkspaces = null;
        var workspaces = new List<string?>();
        await foreach (var row in lists.ReadPagesAsync(
            lists.Request("workspaces"), "id", "the workspaces", refusal => noWorkspaces = refusal, cancellationToken))
        {
            var workspace = Workspace(fetch, row);
            workspaces.Add(workspace.Id);
            yield return workspace;
        }

        if (noWorkspaces is not null)
        {
            conversation.Note(
                $"the list of workspaces was refused, its names stay as they were last known, and only the keys of the "
                    + $"default one are listed: {noWorkspaces.Message}");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workspace in workspaces.DefaultIfEmpty())
        {
            await foreach (var row in KeysAsync(lists, workspace, Refuse, cancellationToken))
            {
                if (keys.Add(row.RequiredText("hash")))
                {
                    yield return Key(fetch, workspace, row);
                }
            }
        }

        void Refuse(RejectedEventException refusal)
        {
            if (noWorkspaces is not null)
            {
                throw refusal;
            }

            conversation.Note(
                $"a list of keys was refused, and its names stay as they were last known: {refusal.Message}");
        }
    }

    private static EntityRecord Workspace(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownWorkspace);
        return EntityRecord.Create(fetch, Grain, "workspace", row.RequiredText("id")) with
        {
            Name = row.Text("name"),
            CreatedAt = row.Time("created_at"),
            Details = row.Details().Add("slug", row.Text("slug")).Add("description", row.Text("description")).ToJson(),
        };
    }

    /// <summary>What a key has used is in the activity: here it would make every day's names new.</summary>
    private static EntityRecord Key(FetchContext fetch, string? workspace, Fields row)
    {
        row.NoteUnknown(KnownKey);
        return EntityRecord.Create(fetch, Grain, "api_key", row.RequiredText("hash")) with
        {
            Name = row.Text("name"),
            ParentId = row.Text("workspace_id") ?? workspace,
            CreatedAt = row.Time("created_at"),
            Details = row.Details()
                .Add("label", row.Text("label"))
                .Add("disabled", row.Flag("disabled"))
                .Add("creator_user_id", row.Text("creator_user_id"))
                .Add("expires_at", row.Text("expires_at"))
                .ToJson(),
        };
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// The listings of the names behind ids: <c>me</c>, <c>workspaces</c>, <c>workspaces/{id}/members</c>, <c>api_keys</c>,
/// <c>users</c>.
/// </summary>
internal static class AnthropicNames
{
    private const string Created = "2025-01-02T09:30:00.427722Z";
    private static readonly PageLimit Limit = new(20, 1000);

    /// <summary>The answer; null when there is no such listing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="company">The organisation.</param>
    /// <param name="path">The path after <c>/v1/organizations/</c>.</param>
    public static JsonObject? Answer(SimulatedRequest request, AnthropicCompany company, string path) =>
        path.Split('/') switch
    {
        ["me"] => new JsonObject { ["id"] = company.Id, ["name"] = company.Account.Name, ["type"] = "organization" },
        ["workspaces"] =>
            Page(
                request,
                company.Workspaces.Where(w => IncludesArchived(request) || w.ArchivedAt is null)
                    .Concat(Default(request, company))
                    .Select(Workspace)),
        ["workspaces", var id, "members"] => Members(request, company, id),
        ["api_keys"] => Page(request, company.ApiKeys.Where(key => IsWanted(request, key)).Select(ApiKey)),
        ["users"] => Page(request, company.Users.Where(user => IsWanted(request, user)).Select(User)),
        _ => null,
    };

    private static IEnumerable<WorkspaceEntity> Default(SimulatedRequest request, AnthropicCompany company) =>
        request.Single("include_default") == "true"
            ? [new WorkspaceEntity(company.DefaultWorkspaceId, "Default", null, "default")]
            : [];

    private static bool IncludesArchived(SimulatedRequest request) => request.Single("include_archived") == "true";

    private static bool IsWanted(SimulatedRequest request, KeyEntity key) =>
        (request.Single("status") is not { } status || key.Status == status)
        && (request.Single("workspace_id") is not { } workspace || key.WorkspaceId == workspace)
        && (request.Single("created_by_user_id") is not { } creator || key.CreatedBy == creator);

    private static bool IsWanted(SimulatedRequest request, UserEntity user) =>
        (request.Single("email") is not { } email || user.Email == email)
        && (request.All("roles[]") is not { Count: > 0 } roles || roles.Contains(user.Role));

    private static JsonObject Page(SimulatedRequest request, IEnumerable<JsonObject> items, string idName = "id")
    {
        var limit = request.Limit(Limit);
        var all = items.ToList();
        int Find(string id) => all.FindIndex(item => (string?)item[idName] == id);

        var (first, count) = (0, limit);
        if (request.Single("after_id") is { } after)
        {
            first = Find(after) is >= 0 and var at ? at + 1 : throw Unknown("after_id", after);
        }
        else if (request.Single("before_id") is { } before)
        {
            var end = Find(before) is >= 0 and var at ? at : throw Unknown("before_id", before);
            first = Math.Max(0, end - limit);
            count = end - first;
        }

        var page = all.Skip(first).Take(count).ToList();
        var hasMore = request.Single("before_id") is null ? first + page.Count < all.Count : first > 0;
        return new JsonObject
        {
            ["first_id"] = (string?)page.FirstOrDefault()?[idName],
            ["has_more"] = hasMore,
            ["last_id"] = (string?)page.LastOrDefault()?[idName],
            ["data"] = new JsonArray([.. page]),
        };
    }

    private static RefusedException Unknown(string parameter, string id) =>
        new(400, $"{parameter}: there is no '{id}' in this list.");

    private static JsonObject Members(SimulatedRequest request, AnthropicCompany company, string workspaceId)
    {
        var index = company.Workspaces.Select(w => w.Id).ToList().IndexOf(workspaceId);
        if (index < 0)
        {
            throw new RefusedException(404, $"There is no workspace '{workspaceId}'.");
        }

        var members = company.Users.Where((_, i) => i == 0 || i % company.Workspaces.Count == index);
        return Page(request, members.Select((user, i) => new JsonObject
        {
            ["type"] = "workspace_member",
            ["user_id"] = user.Id,
            ["workspace_id"] = workspaceId,
            ["workspace_role"] = i == 0 ? "workspace_admin" : "workspace_developer",
        }), "user_id");
    }

    private static JsonObject Workspace(WorkspaceEntity workspace) => new()
    {
        ["id"] = workspace.Id,
        ["archived_at"] =
            workspace.ArchivedAt?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        ["compartment_id"] = null,
        ["created_at"] = Created,
        ["data_residency"] = new JsonObject
        {
            ["allowed_inference_geos"] = "unrestricted",
            ["default_inference_geo"] = "global",
            ["workspace_geo"] = "us",
        },
        ["display_color"] = "#6C5BB9",
        ["external_key_id"] = null,
        ["name"] = workspace.Name,
        ["tags"] = new JsonObject { ["team"] = workspace.Team },
        ["type"] = "workspace",
    };

    private static JsonObject ApiKey(KeyEntity key) => new()
    {
        ["id"] = key.Id,
        ["created_at"] = Created,
        ["created_by"] = new JsonObject { ["id"] = key.CreatedBy, ["type"] = "user" },
        ["expires_at"] = null,
        ["name"] = key.Name,
        ["partial_key_hint"] = $"sk-ant-api03-{key.Id[10..13]}...{key.Id[^4..]}",
        ["principal"] = new JsonObject { ["id"] = key.CreatedBy, ["type"] = "user" },
        ["status"] = key.Status,
        ["type"] = "api_key",
        ["workspace_id"] = key.WorkspaceId,
    };

    private static JsonObject User(UserEntity user) => new()
    {
        ["id"] = user.Id,
        ["added_at"] = Created,
        ["email"] = user.Email,
        ["name"] = user.Name,
        ["role"] = user.Role,
        ["type"] = "user",
    };
}

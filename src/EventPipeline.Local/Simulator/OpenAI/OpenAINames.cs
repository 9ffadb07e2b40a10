using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>
/// The listings of the names behind ids: <c>projects</c>, <c>projects/{id}/api_keys</c>, <c>…/service_accounts</c>,
/// <c>…/users</c>, <c>users</c>, <c>admin_api_keys</c>.
/// </summary>
internal static class OpenAINames
{
    private const long Created = 1735810200;
    private static readonly PageLimit Limit = new(20, 100);

    /// <summary>The answer; null when there is no such listing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="company">The organisation.</param>
    /// <param name="path">The path after <c>/v1/organization/</c>.</param>
    public static JsonObject? Answer(SimulatedRequest request, OpenAICompany company, string path) =>
        path.Split('/') switch
    {
        ["projects"] => Page(
            request,
            company.Projects.Where(p => request.Single("include_archived") == "true" || p.ArchivedAt is null)
                .Select(Project)),
        ["users"] => Page(request, company.Users.Where(user => IsWanted(request, user)).Select(User)),
        ["admin_api_keys"] => Page(request, [AdminKey(company)]),
        ["projects", var id, "api_keys"] => Page(
            request, company.ApiKeys.Where(key => key.ProjectId == Known(company, id) && !key.IsDeleted).Select(Key)),
        ["projects", var id, "service_accounts"] =>
            Page(request, [ServiceAccount(company.ServiceAccounts[Index(company, id)])]),
        ["projects", var id, "users"] => Page(
            request,
            company.Users.Where((_, i) => i % company.Projects.Count == Index(company, id)).Select(ProjectUser)),
        _ => null,
    };

    private static JsonObject Page(SimulatedRequest request, IEnumerable<JsonObject> items)
    {
        var limit = request.Limit(Limit);
        var all = items.ToList();
        var first = 0;
        if (request.Single("after") is { } after)
        {
            first = all.FindIndex(item => (string?)item["id"] == after) + 1;
            if (first == 0)
            {
                throw new RefusedException(400, $"after: there is no '{after}' in this list.", "after");
            }
        }

        var page = all.Skip(first).Take(limit).ToList();
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. page]),
            ["first_id"] = (string?)page.FirstOrDefault()?["id"],
            ["last_id"] = (string?)page.LastOrDefault()?["id"],
            ["has_more"] = first + page.Count < all.Count,
        };
    }

    private static bool IsWanted(SimulatedRequest request, PersonEntity user) =>
        request.All("emails", "emails[]") is not { Count: > 0 } emails || emails.Contains(user.Email!);

    private static string Known(OpenAICompany company, string projectId) =>
        company.Projects[Index(company, projectId)].Id;

    private static int Index(OpenAICompany company, string projectId) =>
        company.Projects.Select(project => project.Id).ToList().IndexOf(projectId) is >= 0 and var index
            ? index
            : throw new RefusedException(404, $"There is no project '{projectId}'.", "project_id");

    private static JsonObject Project(ProjectEntity project) => new()
    {
        ["id"] = project.Id,
        ["object"] = "organization.project",
        ["name"] = project.Name,
        ["created_at"] = Created,
        ["archived_at"] = project.ArchivedAt?.ToUnixTimeSeconds(),
        ["status"] = project.ArchivedAt is null ? "active" : "archived",
    };

    private static JsonObject User(PersonEntity user) => new()
    {
        ["object"] = "organization.user",
        ["id"] = user.Id,
        ["name"] = user.Name,
        ["email"] = user.Email,
        ["role"] = user.Role,
        ["added_at"] = Created,
    };

    private static JsonObject ProjectUser(PersonEntity user)
    {
        var member = User(user);
        member["object"] = "organization.project.user";
        member["role"] = "member";
        return member;
    }

    private static JsonObject ServiceAccount(PersonEntity account) => new()
    {
        ["object"] = "organization.project.service_account",
        ["id"] = account.Id,
        ["name"] = account.Name,
        ["role"] = account.Role,
        ["created_at"] = Created,
    };

    private static JsonObject Key(ProjectKeyEntity key) => new()
    {
        ["object"] = "organization.project.api_key",
        ["redacted_value"] = $"sk-sim...{key.Id[^3..]}",
        ["name"] = key.Name,
        ["created_at"] = Created,
        ["last_used_at"] = null,
        ["id"] = key.Id,
        ["owner_project_access"] = "active",
        ["owner"] = key.User is { } user
            ? new JsonObject { ["type"] = "user", ["user"] = Owner(user) }
            : new JsonObject { ["type"] = "service_account", ["service_account"] = Owner(key.ServiceAccount!) },
    };

    private static JsonObject Owner(PersonEntity owner)
    {
        var json = new JsonObject
        {
            ["id"] = owner.Id,
            ["name"] = owner.Name,
            ["created_at"] = Created,
            ["role"] = owner.Role,
        };
        if (owner.Email is not null)
        {
            json["email"] = owner.Email;
        }

        return json;
    }

    private static JsonObject AdminKey(OpenAICompany company) => new()
    {
        ["object"] = "organization.admin_api_key",
        ["id"] = $"key_{company.Users[0].Id[5..]}",
        ["name"] = "SIMULATED usage reader",
        ["redacted_value"] = $"sk-admin...{company.Account.Key[^3..]}",
        ["created_at"] = Created,
        ["expires_at"] = null,
        ["last_used_at"] = null,
        ["owner"] = new JsonObject
        {
            ["type"] = "user",
            ["object"] = "organization.user",
            ["id"] = company.Users[0].Id,
            ["name"] = company.Users[0].Name,
            ["created_at"] = Created,
            ["role"] = company.Users[0].Role,
        },
    };
}

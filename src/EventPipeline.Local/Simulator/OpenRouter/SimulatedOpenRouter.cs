using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Vendors.OpenRouter;

namespace EventPipeline.Local.Simulator.OpenRouter;

/// <summary>
/// OpenRouter's activity, credits, keys and workspaces, https://openrouter.ai/docs/api/api-reference.
/// </summary>
internal sealed class SimulatedOpenRouter : ISimulatedVendor
{
    private const int KeysPerPage = 4;

    private readonly SimulatorOptions _options;
    private readonly OpenRouterCompany _company;
    private readonly SimulatedReport _activity;

    public SimulatedOpenRouter(SimulatorOptions options)
    {
        _options = options;
        Accounts = AccountsOf(options.Seed);
        _company = new OpenRouterCompany(options.Seed, Accounts[0]);
        _activity = OpenRouterActivity.Report(options, _company);
    }

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = new(
        OpenRouterConnector.Self, AccountsOf, options => new SimulatedOpenRouter(options));

    public string Name => OpenRouterConnector.Self.Name;

    public string Root => "/api/v1/";

    public PageNames Names { get; } = new("data", Rows: null, HasMore: null, [], [], ["group_by"], []);

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    private DateOnly Today => _options.Clock.Today();

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) => [_activity];

    public bool IsMeant(IHeaderDictionary headers) =>
        SimulatedRequest.BearerOf(headers)?.StartsWith("sk-or-", StringComparison.Ordinal) == true;

    public SimulatedAccount? Identify(IHeaderDictionary headers)
    {
        var bearer = SimulatedRequest.BearerOf(headers);
        return Accounts.FirstOrDefault(account => bearer == account.Key || bearer == account.LimitedKey);
    }

    public SimulatedReply Answer(SimulatedRequest request)
    {
        try
        {
            Authenticate(request);
            return new SimulatedReply(200, (request.Method, request.Path[Root.Length..]) switch
            {
                ("GET", OpenRouterActivity.Name) => OpenRouterActivity.Answer(request, _activity, Today),
                ("GET", "credits") => Credits(),
                ("GET", "keys") => Keys(request),
                ("GET", "workspaces") => Workspaces(request),
                _ => throw new RefusedException(404, "Not Found"),
            });
        }
        catch (RefusedException ex)
        {
            return Error(request, ex.Status, ex.Message, ex.Parameter, ex.Code);
        }
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["code"] = status } });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) => [];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
    [
        new(
            OpenRouterConnector.Self.Name,
            "SIMULATED-acme",
            Identity.Create("sk-or-v1-simulated-", seed, "openrouter/key"),
            Identity.Create("sk-or-v1-simulated-", seed, "openrouter/limited"),
            Token: null),
    ];

    private static void Authenticate(SimulatedRequest request)
    {
        if (request.Account is null)
        {
            throw new RefusedException(
                401, request.Bearer is null ? "Missing Authentication header" : "User not found.");
        }

        if (request.Bearer != request.Account.Key)
        {
            throw new RefusedException(403, "Only management keys can perform this operation");
        }
    }

    private static int Offset(SimulatedRequest request) => request.Single("offset") switch
    {
        null => 0,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) => offset,
        var text => throw new RefusedException(400, $"offset: expected a whole number, received '{text}'"),
    };

    // The meters only grow, by the same every day: they are not the sum of the activity.
    private JsonObject Credits()
    {
        const decimal bought = 500m;
        var used = 31.4159m * (Today.DayNumber - Daybook.Founded.DayNumber);
        return new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["total_credits"] = bought * (1 + decimal.Ceiling(used / bought)),
                ["total_usage"] = used,
            },
        };
    }

    private JsonObject Keys(SimulatedRequest request)
    {
        var workspace = request.Single("workspace_id") ?? _company.Workspaces[0].Id;
        var keys = _company.Keys
            .Where(key => !key.IsDeleted && key.WorkspaceId == workspace)
            .Where(key => !key.IsDisabled || request.Single("include_disabled") == "true");
        return new JsonObject
        {
            ["data"] = new JsonArray([.. keys.Skip(Offset(request)).Take(KeysPerPage).Select(key => new JsonObject
            {
                ["hash"] = key.Hash,
                ["name"] = key.Name,
                ["label"] = $"sk-or-v1-{key.Hash[..3]}...{key.Hash[^3..]}",
                ["disabled"] = key.IsDisabled,
                ["workspace_id"] = key.WorkspaceId,
                ["usage"] = 12.5m,
                ["byok_usage"] = 0,
                ["created_at"] = "2025-01-01T09:00:00Z",
                ["updated_at"] = null,
                ["creator_user_id"] = "user_SIMULATED",
            })]),
        };
    }

    private JsonObject Workspaces(SimulatedRequest request) => new()
    {
        ["data"] = new JsonArray([.. _company.Workspaces.Skip(Offset(request)).Select(workspace => new JsonObject
        {
            ["id"] = workspace.Id,
            ["name"] = workspace.Name,
            ["slug"] = workspace.Slug,
            ["created_at"] = "2025-01-01T09:00:00Z",
        })]),
        ["total_count"] = _company.Workspaces.Count,
    };
}

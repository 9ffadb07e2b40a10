using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.LiteLLM;

/// <summary>
/// The daily activity of a LiteLLM proxy, https://docs.litellm.ai/docs/proxy/cost_tracking. To the service it is a
/// vendor that the settings describe.
/// </summary>
internal sealed class SimulatedLiteLLM : ISimulatedVendor
{
    private const string VendorName = "litellm";

    private readonly SimulatorOptions _options;
    private readonly SimulatedReport _activity;

    public SimulatedLiteLLM(SimulatorOptions options)
    {
        _options = options;
        Accounts = AccountsOf(options.Seed);
        _activity = LiteLLMActivity.Report(options, new LiteLLMCompany(options.Seed, Accounts[0]));
    }

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = SimulatedVendor.Described(
        VendorName, AccountsOf, options => new SimulatedLiteLLM(options));

    public string Name => VendorName;

    public string Root => "/user/";

    public PageNames Names { get; } = new("results", Rows: null, HasMore: null, [], [], [], [])
    {
        Totals = ["total_pages"],
    };

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) => [_activity];

    public bool IsMeant(IHeaderDictionary headers) =>
        SimulatedRequest.BearerOf(headers)?.StartsWith("sk-litellm-", StringComparison.Ordinal) == true;

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
            return (request.Method, request.Path[Root.Length..]) == ("GET", _activity.Path)
                ? new SimulatedReply(
                    StatusCodes.Status200OK,
                    LiteLLMActivity.Answer(
                        request, _activity, _options.Clock.Today()))
                : throw new RefusedException(StatusCodes.Status404NotFound, "Not Found");
        }
        catch (RefusedException refused)
        {
            return Error(request, refused.Status, refused.Message, refused.Parameter);
        }
    }

    /// <summary>The proxy's own errors, its framework's and those of parameters differ in their form.</summary>
    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, status switch
        {
            StatusCodes.Status404NotFound => new JsonObject { ["detail"] = message },
            StatusCodes.Status422UnprocessableEntity => new JsonObject
            {
                ["detail"] = new JsonArray(new JsonObject
                {
                    ["type"] = "value_error",
                    ["loc"] = new JsonArray("query", parameter),
                    ["msg"] = message,
                }),
            },
            StatusCodes.Status400BadRequest => new JsonObject
            {
                ["detail"] = new JsonObject { ["error"] = message },
            },
            _ => new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["message"] = message,
                    ["type"] = status is 401 or 403 ? "auth_error" : "internal_server_error",
                    ["param"] = parameter ?? "None",
                    ["code"] = code ?? status.ToString(CultureInfo.InvariantCulture),
                },
            },
        });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) => [];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
    [
        new(
            VendorName,
            "SIMULATED-acme",
            Identity.Create("sk-litellm-simulated-", seed, "litellm/key"),
            Identity.Create("sk-litellm-simulated-", seed, "litellm/limited"),
            Token: null),
    ];

    private static void Authenticate(SimulatedRequest request)
    {
        if (request.Account is null)
        {
            throw new RefusedException(
                StatusCodes.Status401Unauthorized,
                request.Bearer is null
                    ? "Authentication Error, No api key passed in."
                    : "Authentication Error, Invalid proxy server token passed.");
        }

        if (request.Bearer != request.Account.Key)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                $"Virtual key is not allowed to call this route. Tried to call route: {request.Path}");
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Vendors.OpenAI;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>
/// OpenAI's organization usage, costs and names, https://platform.openai.com/docs/api-reference/usage.
/// </summary>
internal sealed class SimulatedOpenAI : ISimulatedVendor
{
    private readonly SimulatorOptions _options;
    private readonly OpenAICompany _company;
    private readonly IReadOnlyList<SimulatedReport> _reports;

    public SimulatedOpenAI(SimulatorOptions options)
    {
        _options = options;
        Accounts = AccountsOf(options.Seed);
        _company = new OpenAICompany(options.Seed, Accounts[0]);
        IReadOnlyList<SimulatedReport> usage =
        [
            OpenAICompletions.Report(options, _company),
            OpenAICompletions.DecisionsReport(options, _company),
            .. OpenAIUsage.Reports(options, _company),
        ];
        _reports = [.. usage, OpenAICosts.Report(options, _company, usage)];
    }

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = new(
        OpenAIConnector.Self, AccountsOf, options => new SimulatedOpenAI(options));

    public string Name => OpenAIConnector.Self.Name;

    public PageNames Names { get; } = new(
        "data",
        "results",
        "has_more",
        ["next_page", "last_id"],
        ["page", "after"],
        ["group_by", "group_by[]"],
        ["value"]);

    public string Root => "/v1/organization/";

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) => _reports;

    /// <summary>What comes with a token of the common kind, or with none.</summary>
    public bool IsMeant(IHeaderDictionary headers) => true;

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
            var path = request.Path[Root.Length..];
            if (request.Method != "GET")
            {
                throw NotFound(request);
            }

            return _reports.FirstOrDefault(report => report.Path == path) is { } report
                ? Buckets(request, report)
                : new SimulatedReply(200, OpenAINames.Answer(request, _company, path) ?? throw NotFound(request));
        }
        catch (RefusedException ex)
        {
            return Error(request, ex.Status, ex.Message, ex.Parameter, ex.Code);
        }
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = message,
                ["type"] = status switch { 429 => "requests", >= 500 => "server_error", _ => "invalid_request_error" },
                ["param"] = parameter,
                ["code"] = code ?? (status == 429 ? "rate_limit_exceeded" : null),
            },
        });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) =>
        [new("x-request-id", $"req_simulated{request.Number:D8}")];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
    [
        new(
            OpenAIConnector.Self.Name,
            "SIMULATED-acme",
            Identity.Create("sk-admin-simulated-", seed, "openai/key"),
            Identity.Create("sk-proj-simulated-", seed, "openai/limited"),
            Token: null),
    ];

    private static void Authenticate(SimulatedRequest request)
    {
        if (request.Bearer is null)
        {
            throw new RefusedException(401, "You didn't provide an API key. Send it as Authorization: Bearer.");
        }

        if (request.Account is null)
        {
            throw new RefusedException(401, "Incorrect API key provided.", code: "invalid_api_key");
        }

        if (request.Bearer != request.Account.Key)
        {
            throw new RefusedException(
                403,
                "You have insufficient permissions for this operation. Missing scopes: api.usage.read.",
                code: "missing_scope");
        }
    }

    private SimulatedReply Buckets(SimulatedRequest request, SimulatedReport report)
    {
        var dimensions = Parameters.Dimensions(report, request.All("group_by", "group_by[]"));
        var width = request.Width(report);
        var limit = request.Limit(report.Limits[width]);
        var span = Parameters.Span(width);
        var asked = Time(request, "start_time")
            ?? throw new RefusedException(
                400, "Missing required parameter: 'start_time'.", "start_time", "missing_required_parameter");
        var now = BucketPaging.Floor(_options.Clock.GetUtcNow().UtcDateTime, span) + span;
        var end = Time(request, "end_time") ?? now;
        if (end <= asked && request.Query.ContainsKey("end_time"))
        {
            throw new RefusedException(400, "end_time: must be after start_time.", "end_time");
        }

        var start = BucketPaging.Floor(asked, span);
        var query = new BucketPaging(start, end < now ? end : now, span, limit, dimensions, Filters(request, report));
        var (buckets, next) = query.Page(report, request.From(start));
        return new SimulatedReply(200, new JsonObject
        {
            ["object"] = "page",
            ["data"] = new JsonArray([.. buckets.Select(bucket => Write(bucket, report))]),
            ["has_more"] = next is not null,
            ["next_page"] = request.Token(next),
        });
    }

    // Seconds of the years 1970 to 2999: milliseconds are out of range and say so.
    private static DateTime? Time(SimulatedRequest request, string name) => request.Single(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 32_503_680_000 =>
            DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime,
        var text => throw new RefusedException(400, $"{name}: must be a Unix time in seconds, not '{text}'.", name),
    };

    private static List<KeyValuePair<string, IReadOnlyList<string>>> Filters(
        SimulatedRequest request, SimulatedReport report) =>
        [.. report.Filters
            .Select(filter => KeyValuePair.Create(filter.Value, request.All(filter.Key, $"{filter.Key}[]")))
            .Where(filter => filter.Value.Count > 0)];

    private static JsonObject Write(SimulatedBucket bucket, SimulatedReport report) => new()
    {
        ["object"] = "bucket",
        ["start_time"] = new DateTimeOffset(bucket.Start).ToUnixTimeSeconds(),
        ["end_time"] = new DateTimeOffset(bucket.End).ToUnixTimeSeconds(),
        ["results"] = new JsonArray([.. bucket.Groups.Select(report.Write)]),
    };

    private static RefusedException NotFound(SimulatedRequest request) =>
        new(404, $"Unknown request URL: {request.Method} {request.Path}.", code: "unknown_url");
}

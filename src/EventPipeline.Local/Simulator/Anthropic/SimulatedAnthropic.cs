using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Vendors.Anthropic;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// Anthropic's Admin API: reports and names of Console organisations, https://platform.claude.com/docs/en/api/admin;
/// and its Usage and Cost Analytics API, of these and of an Enterprise organisation.
/// </summary>
internal sealed class SimulatedAnthropic(SimulatorOptions options) : ISimulatedVendor
{
    /// <summary>The source that Enterprise organisations are read from.</summary>
    public const string Enterprise = "enterprise";

    private const string FastMode = "fast-mode-2026-02-01";

    private readonly Dictionary<SimulatedAccount, (
        AnthropicCompany Company, IReadOnlyList<SimulatedReport> Reports)> _organisations =
        AccountsOf(options.Seed).ToDictionary(account => account, account => Organisation(options, account));

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = new(
        AnthropicConnector.Self, AccountsOf, options => new SimulatedAnthropic(options));

    public string Name => AnthropicConnector.Self.Name;

    public PageNames Names { get; } = new(
        "data", "results", "has_more", ["next_page", "last_id"], ["page", "after_id"], ["group_by[]"], ["amount"]);

    public string Root => "/v1/organizations/";

    public IReadOnlyList<SimulatedAccount> Accounts => [.. _organisations.Keys];

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) => _organisations[account].Reports;

    public bool IsMeant(IHeaderDictionary headers) =>
        headers.ContainsKey("anthropic-version") || headers.ContainsKey("x-api-key");

    /// <inheritdoc/>
    /// <remarks>An Admin key travels in <c>x-api-key</c>, an OAuth token in <c>Authorization: Bearer</c>.</remarks>
    public SimulatedAccount? Identify(IHeaderDictionary headers)
    {
        var key = headers["x-api-key"].ToString();
        var bearer = SimulatedRequest.BearerOf(headers);
        return key.Length > 0
            ? Accounts.FirstOrDefault(account => key == account.Key || key == account.LimitedKey)
            : Accounts.FirstOrDefault(account => bearer == account.Token);
    }

    public SimulatedReply Answer(SimulatedRequest request)
    {
        try
        {
            var account = Authenticate(request);
            var (company, reports) = _organisations[account];
            var path = request.Path[Root.Length..];
            if (request.Method != "GET")
            {
                throw NotFound();
            }

            if (company.IsEnterprise && !path.StartsWith(AnthropicAnalytics.Root, StringComparison.Ordinal))
            {
                throw new RefusedException(401, "invalid x-api-key");
            }

            return reports.FirstOrDefault(report => report.Path == path) is { } report
                ? AnthropicActivity.IsOne(report) ? AnthropicActivity.Answer(request, report, options.Clock)
                : AnthropicAnalytics.IsOne(report) ? AnthropicAnalytics.Answer(request, report, options.Clock)
                : path == AnthropicClaudeCode.Path ? AnthropicClaudeCode.Answer(request, report)
                : Buckets(request, report)
                : new SimulatedReply(200, AnthropicNames.Answer(request, company, path) ?? throw NotFound());
        }
        catch (RefusedException ex)
        {
            return Error(request, ex.Status, ex.Message);
        }
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject
        {
            ["type"] = "error",
            ["error"] = new JsonObject { ["type"] = ErrorType(status), ["message"] = message },
            ["request_id"] = RequestId(request),
        });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status)
    {
        yield return new("request-id", RequestId(request));
        if (request.Account is { } account)
        {
            yield return new("anthropic-organization-id", _organisations[account].Company.Id.ToString());
        }

        if (status == 429)
        {
            // In the past, as users report of these endpoints: only Retry-After can be relied upon.
            var reset = options.Clock.GetUtcNow().AddMinutes(-1).UtcDateTime;
            yield return new("anthropic-ratelimit-requests-reset", Text(reset));
        }
    }

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
        [
            AccountOf(seed, "SIMULATED-acme"), AccountOf(seed, "SIMULATED-labs"),
            AccountOf(seed, "SIMULATED-enterprise", "sk-ant-api01-simulated-", Enterprise),
        ];

    private static SimulatedAccount AccountOf(
        int seed, string name, string key = "sk-ant-admin01-simulated-", string? source = null) => new(
        AnthropicConnector.Self.Name,
        name,
        Identity.Create(key, seed, $"anthropic/{name}/key"),
        Identity.Create("sk-ant-api03-simulated-", seed, $"anthropic/{name}/limited"),
        Identity.Create("sk-ant-oat01-simulated-", seed, $"anthropic/{name}/token")) { Source = source };

    private static string RequestId(SimulatedRequest request) => $"req_simulated{request.Number:D8}";

    private static (AnthropicCompany, IReadOnlyList<SimulatedReport>) Organisation(
        SimulatorOptions options, SimulatedAccount account)
    {
        var company = new AnthropicCompany(options.Seed, account);
        var usage = AnthropicUsage.Report(options, company);
        SimulatedReport[] reports =
        [
            usage,
            AnthropicCost.Report(options, company, usage),
            AnthropicClaudeCode.Report(options, company),
            .. AnthropicAnalyticsFacts.Reports(options, company, usage),
            .. AnthropicActivity.Reports(options, company),
        ];
        return (
            company,
            [.. reports.Select(
                report => report with { IsOther = AnthropicAnalytics.IsOne(report) != company.IsEnterprise })]);
    }

    private static SimulatedAccount Authenticate(SimulatedRequest request)
    {
        var hasKey = request.Headers.ContainsKey("x-api-key");
        if (!hasKey && request.Bearer is null)
        {
            throw new RefusedException(401, "x-api-key header is required");
        }

        var account = request.Account
            ?? throw new RefusedException(401, hasKey ? "invalid x-api-key" : "Invalid bearer token");
        return request.Headers["x-api-key"] == account.LimitedKey
            ? throw new RefusedException(
                403, "This endpoint needs an Admin API key (sk-ant-admin01-...), not an API key of a workspace.")
            : request.Headers["anthropic-version"].ToString() switch
            {
                "2023-06-01" or "2023-01-01" => account,
                "" => throw new RefusedException(400, "anthropic-version: header is required"),
                var version =>
                    throw new RefusedException(400, $"anthropic-version: '{version}' is not a valid version"),
            };
    }

    private SimulatedReply Buckets(SimulatedRequest request, SimulatedReport report)
    {
        // Silently ignoring a grouping or filter would answer a different question.
        if (
            request.Query.Keys.FirstOrDefault(
                name => name == "group_by" || report.Filters.ContainsKey($"{name}[]")) is { } bare)
        {
            throw new RefusedException(400, $"{bare}: arrays are sent with brackets, {bare}[]=…");
        }

        var beta = request.Headers["anthropic-beta"]
            .SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? [])
            .Contains(FastMode);
        var groupBy = request.All("group_by[]");
        if (!beta && (groupBy.Contains("speed") || request.Query.ContainsKey("speeds[]")))
        {
            throw new RefusedException(400, $"speed: needs the header anthropic-beta: {FastMode}");
        }

        var dimensions = Parameters.Dimensions(report, groupBy);
        var width = request.Width(report);
        var limit = request.Limit(report.Limits[width]);
        var span = Parameters.Span(width);
        var start = BucketPaging.Floor(
            Time(request, "starting_at") ?? throw new RefusedException(400, "starting_at: Field required"), span);
        var query = new BucketPaging(
            start, End(request, start, span), span, limit, dimensions, Filters(request, report));
        var (buckets, next) = query.Page(report, request.From(start));
        return new SimulatedReply(200, new JsonObject
        {
            ["data"] = new JsonArray([.. buckets.Select(bucket => Write(bucket, report, beta))]),
            ["has_more"] = next is not null,
            ["next_page"] = request.Token(next),
        });
    }

    // Only buckets that end by ending_at, and none that has not begun.
    private DateTime End(SimulatedRequest request, DateTime start, TimeSpan width)
    {
        var now = BucketPaging.Floor(options.Clock.GetUtcNow().UtcDateTime, width) + width;
        if (Time(request, "ending_at") is not { } asked)
        {
            return now;
        }

        var end = BucketPaging.Floor(asked, width);
        return asked <= start
            ? throw new RefusedException(400, "ending_at: must be after starting_at")
            : end < now ? end : now;
    }

    /// <summary>A time that is asked for; null if it is not.</summary>
    public static DateTime? Time(SimulatedRequest request, string name) => request.Single(name) switch
    {
        null => null,
        var text when text.Length >= "2026-01-01".Length && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time.UtcDateTime,
        var text => throw new RefusedException(400, $"{name}: must be an RFC 3339 time, not '{text}'"),
    };

    private static List<KeyValuePair<string, IReadOnlyList<string>>> Filters(
        SimulatedRequest request, SimulatedReport report) =>
        [.. report.Filters
            .Where(filter => request.Query.ContainsKey(filter.Key))
            .Select(filter => KeyValuePair.Create(filter.Value, request.All(filter.Key)))];

    private static JsonObject Write(SimulatedBucket bucket, SimulatedReport report, bool withSpeed)
    {
        var results = bucket.Groups.Select(report.Write).ToList();
        if (!withSpeed)
        {
            results.ForEach(result => result.Remove("speed"));
        }

        return new JsonObject
        {
            ["ending_at"] = Text(bucket.End),
            ["results"] = new JsonArray([.. results]),
            ["starting_at"] = Text(bucket.Start),
        };
    }

    /// <summary>A time as the vendor writes it.</summary>
    public static string Text(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static RefusedException NotFound() => new(404, "The requested resource could not be found.");

    private static string ErrorType(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        _ => status < 500 ? "invalid_request_error" : "api_error",
    };
}

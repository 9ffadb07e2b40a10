using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// Reads GitHub's REST API about Copilot: what an organization or enterprise pays, what its people do, and who has a
/// seat.
/// </summary>
/// <remarks>https://docs.github.com/en/rest/copilot and https://docs.github.com/en/rest/billing/usage</remarks>
internal sealed class GitHubCopilotConnector(VendorApi api, TimeProvider time) : IVendorConnector
{
    private const string AiCreditsReport = "ai_credits";
    private const string PremiumRequestsReport = "premium_requests";
    private const string MetricsReport = "metrics";
    private const string UserMetricsReport = "user_metrics";
    private const string SeatsReport = "seats";
    private const string RateLeft = "x-ratelimit-remaining";

    // Days of bills and reports: whether a bill is final is not documented, a report is complete after three days.
    private const int SettledAfterDays = 4;

    // An answer about the organization is worth a minute of waiting, not the whole attempt.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Vendor Self { get; } = new(
        "github_copilot",
        "GitHubCopilot",
        new Uri("https://api.github.com/"),
        [
            Daily(AiCreditsReport),
            Daily(PremiumRequestsReport),
            Daily(MetricsReport) with { ForgetsDays = true },
            Daily(UserMetricsReport) with { ForgetsDays = true },
            new Report(SeatsReport, ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0),
        ])
    {
        Focus = new FocusNames("GitHub", "GitHub Copilot"),
        Limit = new RequestLimit(5_000, TimeSpan.FromHours(1)),
        ScopeKinds = [CopilotPaths.Organizations, CopilotPaths.Enterprises],
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "GitHub requires a token of somebody who may see the bills and the Copilot metrics of what the account's Scope "
            + "names: a classic personal access token (ghp_…) with manage_billing:copilot and, for an enterprise, "
            + "read:enterprise of an enterprise owner or billing manager, or, for an organization only, a fine-grained "
            + "one (github_pat_…) with Administration, Copilot Business and Copilot metrics to read. The policy "
            + "\"Copilot usage metrics\" must be on. GitHub answers 404 for what a token may not see, and for a name "
            + "that does not exist.",
        Authorize,
        Rfc3339.Read)
    {
        Limit = Self.Limit,
        IsRateLimit = IsRateLimited,
        ReadReset = ReadReset,
        HidesWhatIsForbidden = true,
        RequestIdHeaders = ["x-github-request-id"],

        // https://docs.github.com/en/enterprise-cloud@latest/copilot/reference/copilot-allowlist-reference
        LinkHosts =
        [
            "*.github.com", "*.githubusercontent.com", "*.ghe.com", "copilot-reports-*.b01.azurefd.net",
            "usagereports*.blob.core.windows.net",
        ],
        KeyKinds =
        [
            new KeyKind("ghp_", "a classic personal access token, which works with the right scopes"),
            new KeyKind(
                "github_pat_",
                "a fine-grained personal access token, which works for an organization with the right permissions, and "
                    + "not for an enterprise's bills"),
            new KeyKind("gho_", "a token of an OAuth app, which works with the right scopes until it is revoked"),
            new KeyKind(
                "ghu_", "a token of a GitHub App for a person, which expires and does not read an enterprise's bills"),
            new KeyKind(
                "ghs_", "an installation token of a GitHub App, which expires after an hour: it cannot be configured"),
            new KeyKind("ghr_", "a refresh token of a GitHub App, which reads nothing by itself"),
        ],
    };

    public Vendor Vendor => Self;

    /// <summary>
    /// The organization's permanent id; nothing for an enterprise, whose reports name theirs. Whoever may not see the
    /// organization is told by its reports.
    /// </summary>
    public async Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken)
    {
        var paths = PathsOf(account);
        if (!paths.IsOrganization)
        {
            return OrganizationIds.None;
        }

        var conversation = new Conversation(account, account.ToString(), Protocol, time.GetUtcNow() + Patience);
        var self = await new VendorPages(api).ReadObjectAsync(
            conversation,
            new VendorRequest(paths.Self) { Tolerated = [HttpStatusCode.NotFound, HttpStatusCode.Forbidden] },
            "the organization",
            cancellationToken);
        return new OrganizationIds(self?.RequiredIdentifier("id"), null);
    }

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(fetch, Protocol);
        var paths = PathsOf(fetch.Account);
        return fetch.Window.Report switch
        {
            AiCreditsReport => BillingUsage.FetchAsync(
                api, conversation, fetch, paths, "ai_credit", cancellationToken),
            PremiumRequestsReport => BillingUsage.FetchAsync(
                api, conversation, fetch, paths, "premium_request", cancellationToken),
            MetricsReport => new MetricsFiles(api, conversation, fetch, paths, time).FetchAsync(
                $"{paths.Word}-1-day", (day, row) => ScopeMetrics.Record(fetch, paths, day, row), cancellationToken),
            UserMetricsReport => new MetricsFiles(api, conversation, fetch, paths, time).FetchAsync(
                "users-1-day", (day, row) => UserMetrics.Record(fetch, day, row), cancellationToken),
            SeatsReport => Seats.FetchAsync(api, conversation, fetch, paths, cancellationToken),
            var other => throw Self.NoSuchReport(other),
        };
    }

    private static Report Daily(string name) => new(name, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays)
    {
        AsksEachDay = true,
    };

    private static CopilotPaths PathsOf(Account account) => new(
        account.Scope ?? throw new InvalidOperationException(
            $"The settings were not checked: {account} has no Scope."));

    private static void Authorize(HttpRequestMessage request, string key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Accept.Clear();
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.github+json"));
        request.Headers.TryAddWithoutValidation("X-GitHub-Api-Version", "2022-11-28");
    }

    /// <remarks>https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api</remarks>
    private static bool IsRateLimited(HttpResponseMessage refusal) => refusal.StatusCode == HttpStatusCode.Forbidden
        && (refusal.Headers.Contains("Retry-After") || HeaderOf(refusal, RateLeft) == "0");

    private static DateTimeOffset? ReadReset(HttpResponseMessage refusal)
    {
        const long latest = 253_402_300_799;
        return HeaderOf(refusal, RateLeft) == "0"
            && long.TryParse(
                HeaderOf(refusal, "x-ratelimit-reset"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var seconds)
            && seconds <= latest
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;
}

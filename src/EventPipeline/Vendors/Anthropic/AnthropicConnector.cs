using System.Net;
using System.Net.Http.Headers;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// Reads the usage, cost and Claude Code reports of the Anthropic Admin API, those of the Usage and Cost Analytics API,
/// the older ones of Claude Enterprise, and the names behind their ids.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/usage-cost-api</remarks>
internal sealed class AnthropicConnector(VendorApi api, TimeProvider time) : IVendorConnector
{
    /// <summary>The source that reads Claude Console through the Usage and Cost Analytics API.</summary>
    public const string ConsoleAnalytics = "console_analytics";

    private const string MessagesUsageReport = "messages_usage";
    private const string CostReportName = "cost";

    /// <summary>What Console calls the workspace whose id these reports leave null.</summary>
    private const string DefaultWorkspace = "Default";

    private const string ClaudeCodeReport = "claude_code";
    private const string NamesReport = "names";
    private const string AnalyticsUsageReport = "analytics_usage";
    private const string AnalyticsCostReport = "analytics_cost";
    private const string EnterpriseUsageReport = "enterprise_usage";
    private const string EnterpriseCostReport = "enterprise_cost";
    private const string UserActivityReport = "user_activity";
    private const string SkillActivityReport = "skill_activity";
    private const string ConnectorActivityReport = "connector_activity";
    private const string ProjectActivityReport = "project_activity";
    private const string PluginActivityReport = "plugin_activity";
    private const string ArtifactActivityReport = "artifact_activity";
    private const string OrganizationActivityReport = "organization_activity";

    // Claude Enterprise; its keys do not read the Admin API.
    private const string Enterprise = "enterprise";
    private const string EnterpriseLegacy = "enterprise_legacy";

    private static readonly string[] Activities =
    [
        UserActivityReport, SkillActivityReport, ConnectorActivityReport, ProjectActivityReport, PluginActivityReport,
        ArtifactActivityReport, OrganizationActivityReport,
    ];

    // Amounts change until about seven days after the end of the month, in exports that are hours old.
    private const int SettledAfterMonth = 8;

    // An answer about the organisation is worth a minute of waiting, not the whole attempt.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Vendor Self { get; } = new(
        "anthropic",
        "Anthropic",
        new Uri("https://api.anthropic.com/"),
        [
            new Report(MessagesUsageReport, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 7)
            {
                Grains = MessagesUsage.Grains.ToDictionary(grain => grain.Name, grain => grain.Dimensions),
                DefaultSubAccount = DefaultWorkspace,
            },
            new Report(CostReportName, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 7)
            {
                DefaultSubAccount = DefaultWorkspace,
            },
            new Report(ClaudeCodeReport, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 3)
            {
                AsksEachDay = true,
            },
            new Report(NamesReport, ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0)
            {
                LeastRequests = AnthropicEntities.Lists,
            },
            Analytics(AnalyticsUsageReport, MessagesUsageReport, AnalyticsUsage.Grains),
            Analytics(AnalyticsCostReport, CostReportName, AnalyticsCost.Grains),
            Older(EnterpriseUsageReport, MessagesUsageReport, EnterpriseUsage.Report),
            Older(EnterpriseCostReport, CostReportName, EnterpriseCost.Report),
            Activity(UserActivityReport, normaliserVersion: 2),
            Activity(SkillActivityReport),
            Activity(ConnectorActivityReport),
            Activity(ProjectActivityReport),
            Activity(PluginActivityReport),
            Activity(ArtifactActivityReport),
            Activity(OrganizationActivityReport),
        ])
    {
        Sources =
        [
            new Source("console", MessagesUsageReport, CostReportName, ClaudeCodeReport, NamesReport),
            new Source(
                ConsoleAnalytics, AnalyticsUsageReport, AnalyticsCostReport, ClaudeCodeReport, NamesReport),
            new Source(Enterprise, [AnalyticsUsageReport, AnalyticsCostReport, .. Activities]),
            new Source(EnterpriseLegacy, [EnterpriseUsageReport, EnterpriseCostReport, .. Activities]),
        ],
        Focus = new FocusNames("Anthropic", "Claude API", "Workspace") { BillingAccount = "Organization" },
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "Anthropic has two kinds of organisation, and each accepts only its own keys. "
            + "The sources console and console_analytics read Claude Console: with an Admin API key "
            + "(sk-ant-admin01-…), created in the Console by a member with the admin role, "
            + "or an OAuth token (sk-ant-oat01-…) with the scope org:admin. The sources enterprise and "
            + "enterprise_legacy read Claude Enterprise (claude.ai): with a key with the scope read:analytics "
            + "(sk-ant-api…), created by the primary owner. Workspace keys (sk-ant-api…) read none of them, "
            + "and individual accounts have no Admin API.",
        Authorize,
        Rfc3339.Read)
    {
        ReadReset = ReadReset,
        OrganizationHeader = "anthropic-organization-id",
        RefusedGroups = RefusedGroups,
        KeyKinds =
        [
            new KeyKind(
                "sk-ant-admin",
                "an Anthropic Admin API key of Claude Console, which reads the sources console and console_analytics "
                    + "and nothing of Claude Enterprise; it may be deleted or belong to another organisation"),
            new KeyKind(
                "sk-ant-oat",
                "an Anthropic OAuth token, which reads the sources console and console_analytics; it needs the scope "
                    + "org:admin, and it expires"),
            new KeyKind(
                "sk-ant-api",
                "either an analytics key of Claude Enterprise, which reads the sources enterprise and "
                    + "enterprise_legacy alone and needs the scope read:analytics, or an ordinary API key of a "
                    + "workspace, which can use models and reads no source"),
            new KeyKind("sk-ant-", "another kind of Anthropic key"),
        ],

        // https://platform.claude.com/docs/en/api/errors
        Statuses = new Dictionary<string, int>
        {
            ["invalid_request_error"] =
                400, ["authentication_error"] = 401, ["billing_error"] = 402, ["permission_error"] = 403,
            ["not_found_error"] =
                404, ["conflict_error"] = 409, ["request_too_large"] = 413, ["rate_limit_error"] = 429,
            ["api_error"] = 500, ["timeout_error"] = 504, ["overloaded_error"] = 529,
        },
    };

    public Vendor Vendor => Self;

    public async Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(account, account.ToString(), Protocol, time.GetUtcNow() + Patience);
        var me = await new VendorPages(api).ReadObjectAsync(
            conversation,
            AnthropicEntities.Me with
            {
                // Whether these keys may ask who they are is not documented; every answer says it in its header.
                Tolerated = account.Source is Enterprise or EnterpriseLegacy
                    ? VendorRequest.NotInPlan
                    : [HttpStatusCode.NotFound],
            },
            "organizations/me",
            cancellationToken);
        return conversation.Organization.AddTo(new OrganizationIds(me is { } found ? IdOf(found) : null, null));
    }

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(fetch, Protocol);
        var (pages, rows) = (new VendorPages(api), new GroupedRows(api));
        return fetch.Window.Report switch
        {
            MessagesUsageReport => MessagesUsage.FetchAsync(pages, conversation, fetch, cancellationToken),
            CostReportName => CostReport.FetchAsync(pages, conversation, fetch, cancellationToken),
            ClaudeCodeReport => ClaudeCode.FetchAsync(pages, conversation, fetch, cancellationToken),
            NamesReport => AnthropicEntities.FetchAsync(pages, conversation, fetch, cancellationToken),
            AnalyticsUsageReport => AnalyticsUsage.FetchAsync(rows, conversation, fetch, cancellationToken),
            AnalyticsCostReport => AnalyticsCost.FetchAsync(rows, conversation, fetch, cancellationToken),
            EnterpriseUsageReport => EnterpriseUsage.Report.FetchAsync(rows, conversation, fetch, cancellationToken),
            EnterpriseCostReport => EnterpriseCost.Report.FetchAsync(rows, conversation, fetch, cancellationToken),
            var activity => ActivityDays.ReadAsync(
                pages, conversation, fetch, ActivityOf(activity), cancellationToken),
        };
    }

    private static ActivityReport ActivityOf(string report) => report switch
    {
        UserActivityReport => UserActivity.Report,
        SkillActivityReport => ThingActivity.Skills,
        ConnectorActivityReport => ThingActivity.Connectors,
        ProjectActivityReport => ThingActivity.Projects,
        PluginActivityReport => ThingActivity.Plugins,
        ArtifactActivityReport => ThingActivity.Artifacts,
        OrganizationActivityReport => OrganizationActivity.Report,
        var other => throw Self.NoSuchReport(other),
    };

    private static Report Activity(string name, int normaliserVersion = 1) =>
        new(name, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 7, normaliserVersion)
        {
            AsksEachDay = true,
            OwnLimit = AnalyticsRows.Limit,
        };

    private static Report Analytics(string name, string insteadOf, IReadOnlyList<Grain> grains) =>
        new(name, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: SettledAfterMonth)
        {
            Settles = Settles.AfterItsMonth,
            InsteadOf = insteadOf,
            OwnLimit = AnalyticsRows.Limit,
            Grains = grains.ToDictionary(grain => grain.Name, grain => grain.Dimensions),
        };

    private static Report Older(string name, string insteadOf, EnterpriseReport report) =>
        Analytics(name, insteadOf, report.Grains) with
        {
            AsksEachDay = true,
            LeastRequests = EnterpriseReport.LeastRequests,
        };

    private static string IdOf(Fields me) =>
        me.RequiredText("id") is { Length: > 0 } id ? id : throw me.Broken("id", "is empty");

    private static void Authorize(HttpRequestMessage request, string key)
    {
        request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        if (key.StartsWith("sk-ant-oat", StringComparison.Ordinal))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        else
        {
            request.Headers.TryAddWithoutValidation("x-api-key", key);
        }
    }

    /// <summary>
    /// The vendor names the parameter in its message. A beta that it does not know costs one dimension.
    /// </summary>
    /// <remarks>https://platform.claude.com/docs/en/api/errors</remarks>
    private static IReadOnlyList<IReadOnlyList<string>>? RefusedGroups(VendorError error, Grain grain)
    {
        if (error is not { Type: "invalid_request_error", Message: { } message })
        {
            return null;
        }

        var isBeta = grain.Dimensions.Contains(MessagesUsage.Speed)
            && (message.Contains("anthropic-beta", StringComparison.OrdinalIgnoreCase)
                || message.Contains(MessagesUsage.SpeedBeta, StringComparison.OrdinalIgnoreCase));
        return isBeta ? [[MessagesUsage.Speed]] : GroupingRefusal.Read(message, parameter: null, grain);
    }

    private static DateTimeOffset? ReadReset(HttpResponseMessage refusal) =>
        refusal.Headers.TryGetValues("anthropic-ratelimit-requests-reset", out var values)
            ? Rfc3339.Read(values.First())
            : null;
}

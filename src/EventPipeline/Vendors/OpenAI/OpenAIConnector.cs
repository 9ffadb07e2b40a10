using System.Net.Http.Headers;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// Reads the eleven usage endpoints and the costs of the OpenAI organization API, and the names behind their ids.
/// </summary>
/// <remarks>https://platform.openai.com/docs/api-reference/usage</remarks>
internal sealed class OpenAIConnector(VendorApi api) : IVendorConnector
{
    private const string CostReport = "cost";
    private const string NamesReport = "names";

    public static Vendor Self { get; } = new(
        "openai",
        "OpenAI",
        new Uri("https://api.openai.com/"),
        [
            .. UsageEndpoint.All.Select(
                endpoint =>
                    new Report(
                        endpoint.Report,
                        ReportKind.Daily,
                        MaxWindowDays: 31,
                        SettledAfterDays: 7,
                        endpoint.NormaliserVersion)
            {
                Grains = endpoint.Grains.ToDictionary(grain => grain.Name, grain => grain.Dimensions),
            }),
            new Report(CostReport, ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 7, NormaliserVersion: 2)
            {
                Grains = Costs.Grains.ToDictionary(grain => grain.Name, grain => grain.Dimensions),
            },
            new Report(NamesReport, ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0)
            {
                LeastRequests = OpenAIEntities.Lists,
            },
        ])
    {
        Focus = new FocusNames("OpenAI", "OpenAI API") { BillingAccount = "Organization" },

        // The requests of a web search are requests of completions; rows of an earlier normaliser still have them.
        ProductsCountedElsewhere = ["web_search_calls"],
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "OpenAI requires an admin key (sk-admin-…), created by an organization owner, "
            + "with the scope api.usage.read for usage and costs and "
            + "api.management.read for names. Project keys (sk-proj-…) do not work.",
        (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key),
        ReadTime)
    {
        OrganizationHeader = "openai-organization",
        IsOrganizationHeaderAnId = false,
        WritesNumbersAsText = true,
        RefusedGroups = (error, grain) => error.Type == "invalid_request_error"
            ? GroupingRefusal.Read(error.Message, error.Parameter, grain)
            : null,
        KeyKinds =
        [
            new KeyKind(
                "sk-admin-",
                "an OpenAI admin key, the right kind; it may be deleted, belong to another organization "
                + "or lack the scope"),
            new KeyKind("sk-proj-", "an OpenAI project key, which does not work here"),
            new KeyKind(
                "sk-svcacct-", "an OpenAI service account key, which belongs to a project and does not work here"),
            new KeyKind("sk-", "an OpenAI user key of the older kind, or another vendor's; it does not work here"),
        ],
        Statuses = new Dictionary<string, int>
        {
            ["invalid_api_key"] =
                401, ["insufficient_permissions"] = 403, ["rate_limit_exceeded"] = 429, ["insufficient_quota"] = 429,
            ["invalid_request_error"] = 400, ["server_error"] = 500,
        },
        TooOldCode = "reporting_lookback_exceeded",
    };

    public Vendor Vendor => Self;

    /// <summary>
    /// Nothing: no documented endpoint gives the organization's id. Its answers may name one in a header, and the rows
    /// of costs may have one.
    /// </summary>
    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(OrganizationIds.None);

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(fetch, Protocol);
        var pages = new VendorPages(api);
        return fetch.Window.Report switch
        {
            CostReport => Costs.FetchAsync(pages, conversation, fetch, cancellationToken),
            NamesReport => OpenAIEntities.FetchAsync(pages, conversation, fetch, cancellationToken),
            var report => UsageEndpoint.All.FirstOrDefault(endpoint => endpoint.Report == report) is { } endpoint
                ? Usage.FetchAsync(endpoint, pages, conversation, fetch, cancellationToken)
                : throw Self.NoSuchReport(report),
        };
    }

    /// <summary>Unix seconds, UTC, as a number or a text.</summary>
    private static DateTimeOffset? ReadTime(JsonElement value)
    {
        const long earliest = -62_135_596_800;
        const long latest = 253_402_300_799;
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetRawText().Trim('"'),
            _ => "",
        };
        return Money.TryParse(text, Money.AsIs, out var seconds, out var rounded)
            && !rounded && decimal.IsInteger(seconds) && seconds is >= earliest and <= latest
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>Reads OpenRouter's activity and credits, and the names behind its ids.</summary>
/// <remarks>https://openrouter.ai/docs/api/api-reference/analytics/get-user-activity-grouped-by-endpoint</remarks>
internal sealed class OpenRouterConnector(VendorApi api, TimeProvider time) : IVendorConnector
{
    private const string ActivityReport = "activity";
    private const string CreditsReport = "credits";
    private const string NamesReport = "names";

    public static Vendor Self { get; } = new(
        "openrouter",
        "OpenRouter",
        new Uri("https://openrouter.ai/"),
        [
            new Report(ActivityReport, ReportKind.Daily, MaxWindowDays: 30, SettledAfterDays: 2)
            {
                Grains = Activity.Grains.ToDictionary(grain => grain.Name, grain => grain.Dimensions),
                ServedDays = Activity.ServedDays,
                AsksEachDay = true,
            },
            new Report(CreditsReport, ReportKind.Meter, MaxWindowDays: 1, SettledAfterDays: 0),
            new Report(NamesReport, ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0)
            {
                LeastRequests = OpenRouterEntities.Lists,
            },
        ])
    {
        Focus = new FocusNames("OpenRouter", "OpenRouter API", "Workspace"),
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "OpenRouter requires a management key, which is created in its settings under Management Keys, for an "
            + "organization by one of its admins. The API keys that models are called with do not work.",
        (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key),
        Rfc3339.Read)
    {
        KeyKinds =
        [
            new KeyKind(
                "sk-or-",
                "an OpenRouter key; management keys begin like the API keys that models are called with, and only the "
                    + "former work here"),
        ],
        TooOldWords = "within the last 30",

        // An error's code is its status: https://openrouter.ai/docs/api/reference/errors-and-debugging
        Statuses = new[] { 400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503 }.ToDictionary(
            status => status.ToString(CultureInfo.InvariantCulture)),
    };

    public Vendor Vendor => Self;

    /// <summary>Nothing: no answer names an account or an organization; the key alone decides.</summary>
    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(OrganizationIds.None);

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(fetch, Protocol);
        var lists = new OpenRouterLists(new VendorPages(api), conversation);
        return fetch.Window.Report switch
        {
            ActivityReport => new Activity(lists, conversation, fetch, time).FetchAsync(cancellationToken),
            CreditsReport => Credits.FetchAsync(lists, fetch, cancellationToken),
            NamesReport => OpenRouterEntities.FetchAsync(lists, conversation, fetch, cancellationToken),
            var other => throw Self.NoSuchReport(other),
        };
    }
}

using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Orbit;

/// <summary>
/// A vendor that exists only here, and is unlike the others: it is asked by POST, its pages are numbered, its rows are
/// events without an id, it names the organization in its rows, and it documents how many requests it answers.
/// </summary>
internal sealed class OrbitConnector(VendorApi api) : IVendorConnector
{
    public const string EventsReport = "events";
    public const int RequestsPerMinute = 20;
    private const int PageSize = 100;
    private const string Grain = "event.v1";

    private static readonly string[] KeyNames = ["user", "model"];

    private static readonly Shape Shape = new()
    {
        Dimensions = KeyNames,
        Metrics = ["cents"],
        Ignored = ["at", "team"],
    };

    public static Vendor Self { get; } = new(
        "orbit",
        "Orbit",
        new Uri("https://api.orbit.test/"),
        [new Report(EventsReport, ReportKind.Daily, MaxWindowDays: 7, SettledAfterDays: 1)])
    {
        Focus = new FocusNames("Orbit", "Orbit API", "Team"),
        Limit = new RequestLimit(RequestsPerMinute, TimeSpan.FromMinutes(1)),
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "Orbit wants a team key (orb_…), which a team's admin makes.",
        (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:"))),
        value => value.ValueKind == JsonValueKind.String ? Rfc3339.Read(value.GetString()!) : null)
    {
        Limit = Self.Limit,
        KeyKinds = [new KeyKind("orb_", "a team key of Orbit's, the kind that is wanted")],
        RequestIdHeaders = ["orbit-request"],
    };

    public Vendor Vendor => Self;

    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(OrganizationIds.None);

    public async IAsyncEnumerable<VendorItem> FetchAsync(
        FetchContext fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (fetch.Window.Report != EventsReport)
        {
            throw Self.NoSuchReport(fetch.Window.Report);
        }

        var conversation = new Conversation(fetch, Protocol);
        foreach (var day in fetch.Window.EachDay())
        {
            var events = new Dictionary<string, int>(StringComparer.Ordinal);
            yield return new BucketArrived(day);
            await foreach (
                var row in new NumberedPages(api)
                    .ReadAsync(conversation, Events(day), $"the events of {day:yyyy-MM-dd}", cancellationToken))
            {
                conversation.NoteOrganization(row.RequiredText("team"), isId: true);
                yield return Record(fetch, day, row, events);
            }
        }
    }

    private static NumberedQuery Events(DateOnly day) => new(
        number => VendorRequest.PostJson("v2/events", $$"""{"day":"{{day:yyyy-MM-dd}}","page":{{number}},"pageSize":{{PageSize}}}"""),
        new PageShape("events") { Counts = ["paging"] },
        page => page.Number < page.Counts.Object("paging").GetInt64("pages"))
    {
        Total = page => page.Counts.Object("paging").GetInt64("total"),
    };

    private static CostRecord Record(FetchContext fetch, DateOnly day, Fields row, Dictionary<string, int> events)
    {
        var at = row.Time("at") ?? throw row.Broken("at", "is missing");
        var bucket = Bucket.FromEvent(at);

        // Two events may agree in all that is said of them but their price.
        var identity = $"{at:O} {row.Text("user")} {row.Text("model")}";
        var ordinal = events[identity] = events.GetValueOrDefault(identity) + 1;
        return new CostRecord
        {
            RowKey = NaturalKey.Create(
                fetch, Grain, bucket, [.. KeyNames.Select(name => (name, row.Text(name))), ("ordinal", $"{ordinal}")]),
            Words = row.Words(Shape, KeyNames),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            BucketStart = bucket.Start,
            BucketWidth = bucket.Width,
            ActorType = "user",
            ActorId = row.Text("user"),
            Model = row.Text("model"),
            AmountUsd = row.Exact("cents", Money.FromCents),
            Currency = "USD",
            Basis = CostBasis.Billed,
        };
    }
}

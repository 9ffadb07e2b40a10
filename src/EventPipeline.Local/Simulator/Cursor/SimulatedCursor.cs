using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Vendors.Cursor;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>Cursor's Admin API, https://cursor.com/docs/account/teams/admin-api.</summary>
internal sealed class SimulatedCursor : ISimulatedVendor
{
    private const int MaxDays = 30;

    private static readonly string[] HostingTypes =
    [
        "CLOUD", "SELF_HOSTED", "SELF_HOSTED_POOL", "SELF_HOSTED_MACHINE",
    ];

    private readonly SimulatedReport _events;
    private readonly SimulatedReport _daily;
    private readonly CursorCompany _company;
    private readonly CursorTeam _team;

    public SimulatedCursor(SimulatorOptions options)
    {
        Accounts = AccountsOf(options.Seed);
        _company = new CursorCompany(options.Seed, Accounts[0]);
        _events = CursorEvents.Report(options, _company);
        _daily = CursorDailyUsage.Report(options, _company);
        _team = new CursorTeam(_company, _events, options.Clock);
    }

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = new(
        CursorConnector.Self, AccountsOf, options => new SimulatedCursor(options));

    public string Name => CursorConnector.Self.Name;

    public string Root => "/teams/";

    public PageNames Names { get; } = new("usageEvents", Rows: null, HasMore: null, [], [], [], [])
    {
        OtherItems = ["data", "teamMemberSpend", "teamMembers", "groups"],
        Totals = ["totalUsageEventsCount", "totalUsers", "totalMembers"],
    };

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) => [_events, _daily];

    public bool IsMeant(IHeaderDictionary headers) =>
        headers.Authorization.ToString().StartsWith("Basic ", StringComparison.Ordinal);

    public SimulatedAccount? Identify(IHeaderDictionary headers) => Accounts.FirstOrDefault(
        account => headers.Authorization == Basic(account.Key) || headers.Authorization == Basic(account.LimitedKey));

    public SimulatedReply Answer(SimulatedRequest request)
    {
        try
        {
            Authenticate(request);
            return new SimulatedReply(
                StatusCodes.Status200OK,
                (request.Method, request.Path[Root.Length..]) switch
                {
                    ("GET", "members") => _team.Members(),
                    ("POST", CursorDailyUsage.Path) => Daily(new CursorAsked(request, defaultSize: 100)),
                    ("POST", CursorEvents.Path) => Events(new CursorAsked(request, defaultSize: 100)),
                    ("POST", "spend") => _team.Spend(new CursorAsked(request, defaultSize: 100)),
                    ("GET", "groups") => _team.Groups(),
                    _ => throw new RefusedException(404, $"There is nothing at {request.Method} {request.Path}."),
                });
        }
        catch (RefusedException refused)
        {
            return Error(request, refused.Status, refused.Message);
        }
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject { ["code"] = code ?? "error", ["message"] = message });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) =>
        [new("x-request-id", string.Create(CultureInfo.InvariantCulture, $"req-simulated-{request.Number:D8}"))];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
    [
        new(
            CursorConnector.Self.Name,
            "SIMULATED-acme",
            Identity.Create("key_simulated", seed, "cursor/key"),
            Identity.Create("crsr_simulated", seed, "cursor/limited"),
            Token: null),
    ];

    private static string Basic(string key) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:"))}";

    private static void Authenticate(SimulatedRequest request)
    {
        if (request.Account is not { } account)
        {
            throw new RefusedException(401, "Invalid API key. Send it as the user name of Basic authentication.");
        }

        if (request.Headers.Authorization != Basic(account.Key))
        {
            throw new RefusedException(403, "This key may not read the Admin API.");
        }
    }

    private JsonObject Events(CursorAsked asked)
    {
        if (asked.Filter("hostingType") is { } hosting && !HostingTypes.Contains(hosting))
        {
            throw new RefusedException(400, $"hostingType must be one of {string.Join(", ", HostingTypes)}.");
        }

        var filters = new[] { ("email", "user"), ("serviceAccountId", "service_account") };
        var events = asked.Days.SelectMany(_events.Facts)
            .Where(fact => asked.From <= fact.At && fact.At <= asked.To)
            .Where(fact => filters.All(
                filter => asked.Filter(filter.Item1) is not { } wanted || wanted == fact[filter.Item2]))
            .OrderByDescending(fact => fact.At)
            .ToList();
        var pages = asked.PagesOf(events.Count);
        return new JsonObject
        {
            ["totalUsageEventsCount"] = events.Count,
            ["pagination"] = new JsonObject
            {
                ["numPages"] = pages,
                ["currentPage"] = asked.Page,
                ["pageSize"] = asked.PageSize,
                ["hasNextPage"] = asked.Page < pages,
                ["hasPreviousPage"] = asked.Page > 1,
            },
            ["usageEvents"] = new JsonArray([.. asked.PageOf(events).Select(CursorEvents.Write)]),
            ["period"] = Period(asked),
        };
    }

    private JsonObject Daily(CursorAsked asked)
    {
        var days = asked.Days.ToList();
        if (days.Count > MaxDays)
        {
            throw new RefusedException(400, $"The range spans {days.Count} days; it takes at most {MaxDays}.");
        }

        var members = CursorDailyUsage.Members(_company).ToList();
        var facts = days.ToDictionary(day => day, day => _daily.Facts(day).ToLookup(fact => fact["user"]));
        var rows =
            from member in asked.HasPage ? asked.PageOf(members) : members
            from day in days
            let ofMember = facts[day][member.Id].ToList()
            where ofMember.Count > (asked.HasPage ? 0 : 1)
            select CursorDailyUsage.Write(member, day, ofMember);
        var json = new JsonObject { ["data"] = new JsonArray([.. rows]), ["period"] = Period(asked) };
        if (asked.HasPage)
        {
            var pages = asked.PagesOf(members.Count);
            json["pagination"] = new JsonObject
            {
                ["page"] = asked.Page,
                ["pageSize"] = asked.PageSize,
                ["totalUsers"] = members.Count,
                ["totalPages"] = pages,
                ["hasNextPage"] = asked.Page < pages,
                ["hasPreviousPage"] = asked.Page > 1,
            };
        }

        return json;
    }

    private static JsonObject Period(CursorAsked asked) => new()
    {
        ["startDate"] = asked.From.ToUnixTimeMilliseconds(),
        ["endDate"] = asked.To.ToUnixTimeMilliseconds(),
    };
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Vendors.Orbit;

/// <summary>Orbit's API: POST /v2/events, pages by number, one event a row.</summary>
internal sealed class SimulatedOrbit(SimulatorOptions options) : ISimulatedVendor
{
    private const string Cents = "cents";

    private readonly Daybook _events = new(options, "orbit/events", [.. Enumerable.Range(0, 150).Select(PatternOf)]);

    public static SimulatedVendor Registration { get; } = new(
        OrbitConnector.Self, AccountsOf, options => new SimulatedOrbit(options));

    public string Name => OrbitConnector.Self.Name;

    public string Root => "/v2/";

    public PageNames Names { get; } = new("events", Rows: null, HasMore: null, [], [], [], []);

    public IReadOnlyList<SimulatedAccount> Accounts { get; } = AccountsOf(options.Seed);

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) =>
    [
        new(
            OrbitConnector.EventsReport,
            "events",
            _events.On,
            SimulatedReport.Each("at", "user", "model"),
            new Dictionary<string, string>(),
            _ => [])
        {
            Limits = new Dictionary<string, PageLimit>(),
            Usd = fact => fact.Sum(Cents) / 100,
        },
    ];

    public bool IsMeant(IHeaderDictionary headers) =>
        headers.Authorization.ToString().StartsWith("Basic ", StringComparison.Ordinal);

    public SimulatedAccount? Identify(IHeaderDictionary headers) => IsMeant(headers)
        ? Accounts.FirstOrDefault(
            account =>
                headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Key}:"))}")
        : null;

    public SimulatedReply Answer(SimulatedRequest request)
    {
        if (request.Account is null)
        {
            return Error(request, StatusCodes.Status401Unauthorized, "Unknown key.");
        }

        if (request is not { Method: "POST", Path: "/v2/events" })
        {
            return Error(request, StatusCodes.Status404NotFound, "Nothing is here.");
        }

        var asked = JsonNode.Parse(request.Body)!;
        var (page, size) = ((int)asked["page"]!, (int)asked["pageSize"]!);
        var day = DateOnly.ParseExact((string)asked["day"]!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var events = _events.On(day).ToList();
        return new SimulatedReply(StatusCodes.Status200OK, new JsonObject
        {
            ["events"] = new JsonArray([.. events.Skip((page - 1) * size).Take(size).Select(Write)]),
            ["paging"] = new JsonObject
            {
                ["page"] = page,
                ["pages"] = (events.Count + size - 1) / size,
                ["total"] = events.Count,
            },
        });
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject { ["code"] = code ?? "error", ["message"] = message });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) =>
        [new("orbit-request", $"orb-{request.Number}")];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
        [
            new(
                OrbitConnector.Self.Name,
                "SIMULATED-acme",
                Identity.Create("orb_", seed, "orbit/key"),
                Identity.Create("orb_", seed, "orbit/limited"),
                Token: null),
        ];

    // Few users and models at few minutes: some events agree in all but their price.
    private static Pattern PatternOf(int number) => new(
        new Dictionary<string, string?>
        {
            ["user"] = $"user-{number % 3}",
            ["model"] = number % 2 == 0 ? "large" : "small",
        },
        90,
        dice => new Dictionary<string, decimal> { [Cents] = dice.Next(1, 90_000) / 1_000m });

    private static JsonNode Write(Fact fact) => new JsonObject
    {
        ["at"] = fact.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["team"] = "team-1",
        ["user"] = fact["user"],
        ["model"] = fact["model"],
        ["cents"] = fact.Sum(Cents),
    };
}

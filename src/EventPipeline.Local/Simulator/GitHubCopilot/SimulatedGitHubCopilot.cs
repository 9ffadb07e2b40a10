using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Vendors.GitHubCopilot;

namespace EventPipeline.Local.Simulator.GitHubCopilot;

/// <summary>
/// GitHub's REST API about Copilot for one organization, https://docs.github.com/en/rest/copilot, and the host that
/// keeps its report files.
/// </summary>
internal sealed class SimulatedGitHubCopilot : ISimulatedVendor
{
    private const string Files = "/copilot-report-files/";
    private const string Lines = "lines";

    private readonly SimulatorOptions _options;
    private readonly CopilotCompany _company;
    private readonly CopilotMetrics _metrics;
    private readonly IReadOnlyDictionary<string, SimulatedReport> _bills;

    public SimulatedGitHubCopilot(SimulatorOptions options)
    {
        _options = options;
        Accounts = AccountsOf(options.Seed);
        _company = new CopilotCompany(options.Seed, Accounts[0]);
        _metrics = new CopilotMetrics(options, _company);
        _bills = new[] { CopilotBilling.AiCredits, CopilotBilling.PremiumRequests }
            .Select(bill => bill.Report(options, _company))
            .ToDictionary(report => report.Path);
    }

    /// <summary>How the simulator comes to play it.</summary>
    public static SimulatedVendor Registration { get; } = new(
        GitHubCopilotConnector.Self, AccountsOf, options => new SimulatedGitHubCopilot(options));

    public string Name => GitHubCopilotConnector.Self.Name;

    public string Root => "/orgs/";

    public IReadOnlyList<string> Roots => [Root, "/organizations/", "/enterprises/", Files];

    public PageNames Names { get; } = new("usageItems", Rows: null, HasMore: null, [], [], [], [])
    {
        OtherItems = ["seats", Lines],
        Totals = ["total_seats"],
    };

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    public IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account) =>
        [.. _bills.Values, _metrics.OrganizationReport, _metrics.UserReport];

    public bool IsMeant(IHeaderDictionary headers) => headers.ContainsKey("X-GitHub-Api-Version");

    public SimulatedAccount? Identify(IHeaderDictionary headers) => SimulatedRequest.BearerOf(headers) is { } token
        ? Accounts.FirstOrDefault(account => token == account.Key || token == account.LimitedKey)
        : null;

    public SimulatedReply Answer(SimulatedRequest request)
    {
        try
        {
            return request.Path.StartsWith(Files, StringComparison.Ordinal) ? File(request) : Api(request);
        }
        catch (RefusedException refused)
        {
            return Error(request, refused.Status, refused.Message);
        }
    }

    public SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null) =>
        new(status, new JsonObject
        {
            ["message"] = message,
            ["documentation_url"] = "https://docs.github.com/rest",
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
        });

    public IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status) =>
    [
        new(
            "x-github-request-id",
            string.Create(CultureInfo.InvariantCulture, $"SIMU:{request.Number:X4}:{request.Number:X8}")),
    ];

    private static IReadOnlyList<SimulatedAccount> AccountsOf(int seed) =>
    [
        new(
            GitHubCopilotConnector.Self.Name,
            "SIMULATED-acme",
            Identity.Create("ghp_simulated", seed, "github_copilot/key"),
            Identity.Create("github_pat_simulated", seed, "github_copilot/limited"),
            Token: null)
        {
            Scope = "organizations/SIMULATED-acme",
        },
    ];

    private SimulatedReply Api(SimulatedRequest request)
    {
        if (request.Account is not { } account)
        {
            throw new RefusedException(401, "Bad credentials");
        }

        var path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (request.Method != "GET" || path.Length < 2 || path[1] != _company.Login || path[0] == "enterprises")
        {
            throw new RefusedException(404, "Not Found");
        }

        if (path is ["orgs", _])
        {
            return Ok(new JsonObject { ["login"] = _company.Login, ["id"] = _company.Id });
        }

        if (request.Bearer != account.Key)
        {
            throw new RefusedException(403, "Resource not accessible by personal access token");
        }

        return path switch
        {
            ["orgs", _, "copilot", "billing", "seats"] => CopilotSeats.Page(request, _company),
            ["orgs", _, "copilot", "metrics", "reports", CopilotMetrics.Users or CopilotMetrics.Organization] =>
                Links(request, path[^1]),
            ["organizations", _, "settings", "billing", _, "usage"] when _bills.TryGetValue(path[^2], out var bill) =>
                Ok(Bill(request, bill)),
            _ => throw new RefusedException(404, "Not Found"),
        };
    }

    private SimulatedReply Links(SimulatedRequest request, string report)
    {
        var day = DayOf(request.Single("day"));
        if (!_metrics.Has(day))
        {
            return new SimulatedReply(StatusCodes.Status204NoContent, []);
        }

        var links = _metrics.FilesOf(report, day).Select((_, file) => Address(request, report, day, file));
        return Ok(new JsonObject
        {
            ["download_links"] = new JsonArray([.. links.Select(link => JsonValue.Create(link))]),
            ["report_day"] = day.Text(),
        });
    }

    /// <summary>A file, for whoever has its whole address and brings no credential.</summary>
    private SimulatedReply File(SimulatedRequest request)
    {
        var path = request.Path[Files.Length..].Split('/');
        if (request.Headers.Authorization.Count > 0)
        {
            throw new RefusedException(400, "A signed address takes no Authorization.");
        }

        if (path is not [var report, var date, var number]
            || !TryReadDay(date, out var day)
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var file)
            || request.Single("sig") != Signature(request.Path))
        {
            throw new RefusedException(403, "The signature does not match, or has expired.");
        }

        var rows = _metrics.FilesOf(report, day)[file];
        return Ok(new JsonObject { [Lines] = new JsonArray([.. rows]) }) with { Lines = Lines };
    }

    private JsonObject Bill(SimulatedRequest request, SimulatedReport bill)
    {
        var now = _options.Clock.GetUtcNow();
        var (year, month) = (Part(request, "year", 1, 9999) ?? now.Year, Part(request, "month", 1, 12) ?? now.Month);
        var date = Part(request, "day", 1, DateTime.DaysInMonth(year, month));
        var days = Enumerable.Range(1, DateTime.DaysInMonth(year, month))
            .Where(each => date is null || each == date)
            .Select(each => new DateOnly(year, month, each));
        var items = Group.Create(days.SelectMany(bill.Facts), ["model"]).Select(bill.Write);
        var period = new JsonObject { ["year"] = year, ["month"] = month };
        if (date is not null)
        {
            period["day"] = date;
        }

        return new JsonObject
        {
            ["timePeriod"] = period,
            ["organization"] = _company.Login,
            ["usageItems"] = new JsonArray([.. items]),
        };
    }

    private string Address(SimulatedRequest request, string report, DateOnly day, int file)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{Files}{report}/{day.Text()}/{file}");
        return $"http://{request.Headers.Host}{path}?sig={Signature(path)}";
    }

    private string Signature(string path) => Identity.Create("", _options.Seed, $"github_copilot{path}");

    private static int? Part(SimulatedRequest request, string name, int least, int most) =>
        request.Single(name) switch
        {
            null => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most => number,
            var text => throw new RefusedException(400, $"{name} is '{text}'; it takes {least} to {most}."),
        };

    private static DateOnly DayOf(string? text) => TryReadDay(text, out var day)
        ? day
        : throw new RefusedException(400, "day is required, as YYYY-MM-DD.");

    private static bool TryReadDay(string? text, out DateOnly day) =>
        UtcDay.TryParse(text, out day);

    private static SimulatedReply Ok(JsonObject body) => new(StatusCodes.Status200OK, body);
}

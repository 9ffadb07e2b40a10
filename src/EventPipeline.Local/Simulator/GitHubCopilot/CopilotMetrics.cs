using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.GitHubCopilot;

/// <summary>
/// The files of <c>users-1-day</c> and <c>organization-1-day</c>: a row for everyone who did anything on a day, and one
/// that adds them up. There is a report of days of the last year, from 2025-10-10.
/// </summary>
internal sealed class CopilotMetrics
{
    public const string Users = "users-1-day";
    public const string Organization = "organization-1-day";

    private const string User = "user";
    private const int DaysKept = 365;
    private const int MostFiles = 2;
    private static readonly DateOnly First = new(2025, 10, 10);

    private static readonly (string Name, string Field)[] Counts =
    [
        ("interactions", "user_initiated_interaction_count"), ("generated", "code_generation_activity_count"),
        ("accepted", "code_acceptance_activity_count"), ("suggested", "loc_suggested_to_add_sum"),
        ("suggested_deletions", "loc_suggested_to_delete_sum"), ("added", "loc_added_sum"),
        ("deleted", "loc_deleted_sum"),
    ];

    private readonly SimulatorOptions _options;
    private readonly CopilotCompany _company;

    public CopilotMetrics(SimulatorOptions options, CopilotCompany company)
    {
        (_options, _company) = (options, company);
        var book = new Daybook(options, $"{company.Dice}/metrics", [.. company.Members.Select(PatternOf)]);
        UserReport = Report("user_metrics", Users, User, day => Has(day) ? book.On(day) : []);
        OrganizationReport = Report("metrics", Organization, "organization", day => Has(day) ? [Whole(day)] : []);
    }

    public SimulatedReport UserReport { get; }

    public SimulatedReport OrganizationReport { get; }

    /// <summary>Whether there is a report of a day.</summary>
    public bool Has(DateOnly day)
    {
        var today = _options.Clock.Today();
        return day >= First && day > today.AddDays(-DaysKept) && day < today;
    }

    /// <summary>The files of a report of a day, each with its rows; none is empty.</summary>
    /// <param name="report">The report's part of the address.</param>
    /// <param name="day">The day.</param>
    public IReadOnlyList<IReadOnlyList<JsonObject>> FilesOf(string report, DateOnly day) => report == Organization
        ? [[OrganizationRow(day)]]
        :
        [
            .. UserReport.Facts(day)
                .GroupBy(fact => fact[User]!)
                .OrderBy(facts => facts.Key, StringComparer.Ordinal)
                .Select(facts => UserRow(day, facts.Key, [.. facts]))
                .Index()
                .GroupBy(row => row.Index % MostFiles)
                .Select(file => file.Select(row => row.Item).ToList()),
        ];

    private static SimulatedReport Report(
        string name, string path, string dimension, Func<DateOnly, IEnumerable<Fact>> facts) => new(
        name,
        path,
        facts,
        SimulatedReport.Each(dimension),
        new Dictionary<string, string>(),
        _ => [])
    {
        Limits = new Dictionary<string, PageLimit>(),
    };

    // The first is there even at weekends: a day on which nobody did anything would have no file.
    private static Pattern PatternOf(CopilotMember member, int index) => new(
        new Dictionary<string, string?> { [User] = member.Id.ToString(CultureInfo.InvariantCulture) },
        index == 0 ? 300 : 80,
        dice => Counts.ToDictionary(count => count.Name, _ => (decimal)dice.Next(0, 120)))
    {
        Once = true,
    };

    /// <summary>That there is a row: its numbers are those of the persons again.</summary>
    private static Fact Whole(DateOnly day) => new(
        new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero),
        new Dictionary<string, string?> { ["organization"] = "it" },
        new Dictionary<string, decimal>());

    private JsonObject UserRow(DateOnly day, string user, IReadOnlyList<Fact> facts)
    {
        var member = _company.Members.Single(one => one.Id.ToString(CultureInfo.InvariantCulture) == user);
        var json = Common(day);
        json["user_id"] = member.Id;
        json["user_login"] = member.Login;
        AddCounts(json, facts);
        json["used_chat"] = true;
        json["used_agent"] = member.Id % 2 == 0;
        json["used_cli"] = member.Id % 3 == 0;
        if (member.Id % 3 == 0)
        {
            json["totals_by_cli"] = new JsonObject
            {
                ["session_count"] = 2,
                ["request_count"] = 3,
                ["prompt_count"] = 2,
                ["token_usage"] = new JsonObject
                {
                    ["prompt_tokens_sum"] = 3800, ["output_tokens_sum"] = 5000, ["avg_tokens_per_request"] = 4400.5m,
                },
            };
        }

        json["ai_credits_used"] = Sum(facts, "generated") / 4m;
        return json;
    }

    private JsonObject OrganizationRow(DateOnly day)
    {
        var facts = UserReport.Facts(day).ToList();
        var json = Common(day);
        var active = facts.Select(fact => fact[User]).Distinct().Count();
        json["daily_active_users"] = active;
        json["weekly_active_users"] = _company.Members.Count;
        json["monthly_active_users"] = _company.Members.Count;
        AddCounts(json, facts);
        json["pull_requests"] = new JsonObject
        {
            ["total_created"] = active, ["total_reviewed"] = 1, ["median_minutes_to_merge"] = 12.5m,
        };
        return json;
    }

    private JsonObject Common(DateOnly day) => new()
    {
        ["day"] = day.Text(),
        ["organization_id"] = _company.Id.ToString(CultureInfo.InvariantCulture),
    };

    private static void AddCounts(JsonObject json, IReadOnlyList<Fact> facts)
    {
        foreach (var (name, field) in Counts)
        {
            json[field] = Sum(facts, name);
        }

        json["totals_by_ide"] = new JsonArray(new JsonObject
        {
            ["ide"] = "vscode", ["user_initiated_interaction_count"] = Sum(facts, "interactions"),
        });
    }

    private static long Sum(IReadOnlyList<Fact> facts, string name) => (long)facts.Sum(fact => fact.Sum(name));
}

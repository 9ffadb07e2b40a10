using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// The activity reports of the Enterprise analytics: <c>users</c>, <c>skills</c>, <c>connectors</c>,
/// <c>apps/chat/projects</c>, <c>plugins</c> and <c>artifacts</c> by day, and <c>summaries</c> by a range of days. A
/// day is served when it is over.
/// </summary>
internal static class AnthropicActivity
{
    private const string Summaries = $"{AnthropicAnalytics.Root}summaries";
    private static readonly PageLimit Limit = new(100, 1_000);
    private static readonly (string Name, int Days)[] Spans = [("daily", 1), ("weekly", 7), ("monthly", 30)];

    /// <summary>The reports.</summary>
    public static IEnumerable<SimulatedReport> Reports(SimulatorOptions options, AnthropicCompany company)
    {
        var users = AnthropicUsers.Report(options, company);
        return
        [
            users,
            .. AnthropicThings.Reports(options, company),
            Create("organization_activity", Summaries, day => [Summary(users, company, day)], null, WriteSummary),
        ];
    }

    /// <summary>A report by day.</summary>
    /// <param name="name">Its name for the truth.</param>
    /// <param name="path">Its path.</param>
    /// <param name="facts">What happened on a day.</param>
    /// <param name="dimension">What there is a row of; null for one of all.</param>
    /// <param name="write">A row.</param>
    public static SimulatedReport Create(
        string name,
        string path,
        Func<DateOnly, IEnumerable<Fact>> facts,
        string? dimension,
        Func<Group, JsonObject> write) => new(
        name,
        path,
        facts,
        SimulatedReport.Each(dimension is null ? [] : [dimension]),
        new Dictionary<string, string>(),
        write)
    {
        Limits = new Dictionary<string, PageLimit> { ["day"] = Limit },
    };

    /// <summary>Whether a report is one of these.</summary>
    public static bool IsOne(SimulatedReport report) => report.Limits.ContainsKey("day");

    /// <summary>A page of a day, or the summaries of some days.</summary>
    public static SimulatedReply Answer(SimulatedRequest request, SimulatedReport report, TimeProvider clock)
    {
        if (request.Query.ContainsKey("group_by[]") || request.Query.ContainsKey("filter[]"))
        {
            throw new RefusedException(400, "group_by, filter: SIMULATED activity is neither grouped nor filtered.");
        }

        var last = clock.Today().AddDays(-1);
        if (report.Path == Summaries)
        {
            var (from, end) = (Day(request, "starting_date"), Day(request, "ending_date"));
            RequireOver("ending_date", end.AddDays(-1), last);
            return end > from && end.DayNumber - from.DayNumber <= 366
                ? Reply(Enumerable.Range(from.DayNumber, end.DayNumber - from.DayNumber)
                    .Select(DateOnly.FromDayNumber)
                    .Select(day => Dated(report, day)))
                : throw new RefusedException(400, "ending_date: must be after starting_date, by 366 days at most");
        }

        var asked = Day(request, "date");
        RequireOver("date", asked, last);
        var (page, next) = request.PageOf(Group.Create(report.Facts(asked), [.. report.GroupBy.Keys]), Limit);
        return Reply(page.Select(report.Write), next);
    }

    private static SimulatedReply Reply(IEnumerable<JsonObject> rows, string? next = null) =>
        new(200, new JsonObject { ["data"] = new JsonArray([.. rows]), ["next_page"] = next });

    private static void RequireOver(string name, DateOnly day, DateOnly last)
    {
        if (day > last)
        {
            throw new RefusedException(
                400, FormattableString.Invariant($"{name}: data is available up to {last:yyyy-MM-dd}"));
        }
    }

    private static DateOnly Day(SimulatedRequest request, string name) =>
        UtcDay.TryParse(request.Single(name), out var day)
        ? day
        : throw new RefusedException(400, $"{name}: must be a day, YYYY-MM-DD");

    private static Fact Summary(SimulatedReport users, AnthropicCompany company, DateOnly day)
    {
        var active = Spans.Select(span => KeyValuePair.Create(
            $"{span.Name}_active_user_count",
            (decimal)Enumerable.Range(0, span.Days)
                .SelectMany(age => users.Facts(day.AddDays(-age)))
                .Select(fact => fact["user"])
                .Distinct()
                .Count()));
        return new Fact(
            day.Start(),
            new Dictionary<string, string?>(),
            new Dictionary<string, decimal>([.. active, new("assigned_seat_count", company.Users.Count)]));
    }

    private static JsonObject Dated(SimulatedReport report, DateOnly day)
    {
        var row = report.Write(Group.Create(report.Facts(day), [])[0]);
        var start = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        row["starting_at"] = SimulatedAnthropic.Text(start);
        row["ending_at"] = SimulatedAnthropic.Text(start.AddDays(1));
        return row;
    }

    private static JsonObject WriteSummary(Group group)
    {
        var row = new JsonObject
        {
            ["assigned_seat_count"] = group.Count("assigned_seat_count"),
            ["pending_invite_count"] = 0,
            ["claude_tag_daily_active_user_count"] = null,
        };
        foreach (var (span, _) in Spans)
        {
            var active = group.Count($"{span}_active_user_count");
            row[$"{span}_active_user_count"] = active;
            row[$"cowork_{span}_active_user_count"] = 0;
            row[$"{span}_adoption_rate"] = Math.Round(100m * active / group.Sum("assigned_seat_count"), 2);
        }

        return row;
    }
}

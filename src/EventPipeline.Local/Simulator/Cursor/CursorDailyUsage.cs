using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>
/// <c>POST /teams/daily-usage-data</c>: a row for each member and day, or for active ones only where no page is
/// requested; pages count members.
/// </summary>
internal static class CursorDailyUsage
{
    public const string Name = "daily_usage";
    public const string Path = "daily-usage-data";

    private const string User = "user";

    // The last one was removed before the oldest day.
    private static readonly (string Name, string Field)[] Counts =
    [
        ("added", "totalLinesAdded"), ("deleted", "totalLinesDeleted"), ("accepted_added", "acceptedLinesAdded"),
        ("accepted_deleted", "acceptedLinesDeleted"), ("applies", "totalApplies"), ("accepts", "totalAccepts"),
        ("rejects", "totalRejects"), ("tabs_shown", "totalTabsShown"), ("tabs_accepted", "totalTabsAccepted"),
        ("composer", "composerRequests"), ("chat", "chatRequests"), ("agent", "agentRequests"), ("cmdk", "cmdkUsages"),
        ("included", "subscriptionIncludedReqs"), ("api_key", "apiKeyReqs"), ("usage_based", "usageBasedReqs"),
        ("bugbot", "bugbotUsages"),
    ];

    public static SimulatedReport Report(SimulatorOptions options, CursorCompany company)
    {
        var book = new Daybook(options, $"{company.Scope}/daily", [.. Members(company).Select(PatternOf)]);
        return new SimulatedReport(
            Name,
            Path,
            day => CursorHistory.IsKept(options, day) ? [.. book.On(day), .. Present(company, day)] : [],
            SimulatedReport.Each(User),
            new Dictionary<string, string>(),
            _ => [])
        {
            Limits = new Dictionary<string, PageLimit>(),
        };
    }

    /// <summary>Who was a member all along.</summary>
    public static IEnumerable<CursorMember> Members(CursorCompany company) =>
        company.People.Where(person => !person.IsRemoved);

    /// <summary>One member's day as it is answered.</summary>
    public static JsonObject Write(CursorMember member, DateOnly day, IReadOnlyList<Fact> facts)
    {
        var isActive = facts.Any(fact => fact.Quantities.Count > 0);
        var json = new JsonObject
        {
            ["userId"] = member.Id,
            ["day"] = day.Text(),

            // Not midnight, as it was seen.
            ["date"] = new DateTimeOffset(day, new TimeOnly(7, 0), TimeSpan.Zero).ToUnixTimeMilliseconds(),
            ["isActive"] = isActive,
        };
        foreach (var (name, field) in Counts)
        {
            json[field] = (long)facts.Sum(fact => fact.Sum(name));
        }

        json["mostUsedModel"] = isActive ? "gpt-5" : null;
        json["applyMostUsedExtension"] = isActive ? ".tsx" : null;
        json["tabMostUsedExtension"] = isActive ? ".ts" : null;
        json["clientVersion"] = isActive ? "2.1.0" : null;
        json["email"] = member.Email;
        return json;
    }

    /// <summary>Whoever did nothing has a row too.</summary>
    private static IEnumerable<Fact> Present(CursorCompany company, DateOnly day) =>
        Members(company).Select(member => new Fact(
            day.Start(),
            new Dictionary<string, string?> { [User] = member.Id },
            new Dictionary<string, decimal>()));

    private static Pattern PatternOf(CursorMember member) => new(
        new Dictionary<string, string?> { [User] = member.Id },
        70,
        dice => Counts.ToDictionary(count => count.Name, _ => (decimal)dice.Next(0, 90)))
    {
        Once = true,
    };
}

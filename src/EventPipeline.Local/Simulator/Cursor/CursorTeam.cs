using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>
/// Who is in the team and what their meters show: <c>GET /teams/members</c>, <c>POST /teams/spend</c>,
/// <c>GET /teams/groups</c>. The meters of a calendar month are the sums of its events.
/// </summary>
/// <param name="company">The team.</param>
/// <param name="events">The events.</param>
/// <param name="clock">The simulated now.</param>
internal sealed class CursorTeam(CursorCompany company, SimulatedReport events, TimeProvider clock)
{
    private DateOnly Today => clock.Today();

    private DateOnly CycleStart => new(Today.Year, Today.Month, 1);

    public JsonObject Members() => new()
    {
        ["teamMembers"] = new JsonArray([.. company.People.Select(person => new JsonObject
        {
            ["id"] = person.Id,
            ["name"] = person.Name,
            ["email"] = person.Email,
            ["role"] = person.Role,
            ["isRemoved"] = person.IsRemoved,
        })]),
    };

    /// <summary>One page of the meters.</summary>
    public JsonObject Spend(CursorAsked asked)
    {
        var facts = Facts();
        var people = company.People.OrderBy(person => person.Id, StringComparer.Ordinal).ToList();
        return new JsonObject
        {
            ["teamMemberSpend"] = new JsonArray([.. asked.PageOf(people).Select(person => new JsonObject
            {
                ["userId"] = person.Id,
                ["spendCents"] = Cents(facts, person, onlyOnDemand: true),
                ["overallSpendCents"] = Cents(facts, person, onlyOnDemand: false),
                ["fastPremiumRequests"] = facts.Count(fact => fact["user"] == person.Email),
                ["name"] = person.Name,
                ["email"] = person.Email,
                ["role"] = person.Role,
                ["hardLimitOverrideDollars"] = 0,
                ["monthlyLimitDollars"] = null,
                ["effectivePerUserLimitDollars"] = 200,
            })]),
            ["subscriptionCycleStart"] =
                new DateTimeOffset(CycleStart, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            ["totalMembers"] = people.Count,
            ["totalPages"] = asked.PagesOf(people.Count),
        };
    }

    public JsonObject Groups()
    {
        var facts = Facts();
        var assigned = company.Groups.SelectMany(group => group.Members).ToHashSet();
        return new JsonObject
        {
            ["groups"] = new JsonArray([.. company.Groups.Select(
                group => Group(group.Id, group.Name, group.Members, facts))]),
            ["unassignedGroup"] = Group(
                "group_unassigned",
                "SIMULATED Unassigned",
                [.. company.People.Where(person => !assigned.Contains(person))],
                facts),
            ["billingCycle"] = new JsonObject
            {
                ["cycleStart"] = Text(CycleStart),
                ["cycleEnd"] = Text(CycleStart.AddMonths(1)),
            },
        };
    }

    private static JsonObject Group(
        string id, string name, IReadOnlyList<CursorMember> members, IReadOnlyList<Fact> facts) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["type"] = "BILLING",
        ["directoryGroupId"] = null,
        ["memberCount"] = members.Count(member => !member.IsRemoved),
        ["createdAt"] = "2025-01-15T10:30:00.000Z",
        ["updatedAt"] = "2025-01-20T14:22:00.000Z",
        ["spendCents"] = members.Sum(member => Cents(facts, member, onlyOnDemand: true)),
        ["currentMembers"] = new JsonArray([.. members.Where(member => !member.IsRemoved).Select(
            member => Member(member, facts))]),
        ["formerMembers"] = new JsonArray([.. members.Where(member => member.IsRemoved).Select(
            member => Member(member, facts))]),
        ["dailySpend"] = new JsonArray([.. facts
            .GroupBy(fact => DateOnly.FromDateTime(fact.At.UtcDateTime))
            .Select(day => new JsonObject
            {
                ["date"] = day.Key.Text(),
                ["spendCents"] = members.Sum(member => Cents(day, member, onlyOnDemand: true)),
            })]),
    };

    private static JsonObject Member(CursorMember member, IReadOnlyList<Fact> facts) => new()
    {
        ["userId"] = member.Id,
        ["name"] = member.Name,
        ["email"] = member.Email,
        ["joinedAt"] = "2025-01-15T10:30:00.000Z",
        ["leftAt"] = member.IsRemoved ? "2025-06-30T00:00:00.000Z" : null,
        ["spendCents"] = Cents(facts, member, onlyOnDemand: true),
    };

    private static decimal Cents(IEnumerable<Fact> facts, CursorMember member, bool onlyOnDemand) => facts
        .Where(fact => fact["user"] == member.Email && (!onlyOnDemand || fact["kind"] == "Usage-based"))
        .Sum(fact => fact.Sum(CursorEvents.Charged));

    private List<Fact> Facts() =>
        [.. Enumerable.Range(CycleStart.DayNumber, Today.DayNumber - CycleStart.DayNumber + 1)
            .SelectMany(day => events.Facts(DateOnly.FromDayNumber(day)))];

    private static string Text(DateOnly day) =>
        day.ToString("yyyy-MM-dd'T00:00:00.000Z'", CultureInfo.InvariantCulture);
}

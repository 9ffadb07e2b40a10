using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

/// <summary>Cursor as the simulator plays it: its pages, its bounds, its refusals.</summary>
public sealed class CursorReportTests
{
    private const string Events = "filtered-usage-events";
    private const string Daily = "daily-usage-data";
    private const long DayLength = 86_400_000;
    private static readonly long Monday = 1000 * Unix("2026-11-16");

    [Fact]
    public async Task The_truth_of_events_is_what_the_pages_add_up_to()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var events = new List<JsonNode>();
        for (var page = 1; page == 1 || events.Count % 50 == 0; page++)
        {
            var body = await PostAsync(client, Events, Range(Monday, 7, $",\"page\":{page},\"pageSize\":50"));
            ((int)body["pagination"]!["currentPage"]!).ShouldBe(page);
            events.AddRange(body["usageEvents"]!.AsArray().Select(one => one!));
            ((bool)body["pagination"]!["hasNextPage"]!)
                .ShouldBe(events.Count < (int)body["totalUsageEventsCount"]!);
        }

        var truth = await simulator.TruthAsync("cursor", "usage_events", "2026-11-16", "2026-11-22");
        var total = truth["total"]!;
        events.Count.ShouldBe((int)total["rows"]!);
        events.Sum(one => Exact(one["chargedCents"])).ShouldBe(Exact(total["usd"]) * 100);
        events.Sum(one => Exact(one["requestsCosts"])).ShouldBe(Exact(total["quantities"]!["request_units"]));
        events.Where(one => one["tokenUsage"] is not null)
            .Sum(one => Exact(one["tokenUsage"]!["inputTokens"]) + Exact(one["tokenUsage"]!["outputTokens"])
                + Exact(one["tokenUsage"]!["cacheReadTokens"]) + Exact(one["tokenUsage"]!["cacheWriteTokens"]))
            .ShouldBe(Exact(total["tokens"]));
        events.Select(one => one.ToJsonString()).Distinct().Count().ShouldBeLessThan(events.Count, "Some are alike.");
        foreach (var one in events.Where(one => one["tokenUsage"] is not null))
        {
            var usage = one["tokenUsage"]!;
            var discount = usage["discountPercentOff"] is { } percent ? Exact(percent) : 0;
            (Exact(usage["totalCents"]) * (100 - discount) / 100 + Exact(one["cursorTokenFee"]))
                .ShouldBe(Exact(one["chargedCents"]));
        }
    }

    [Fact]
    public async Task Both_ends_of_a_range_are_included()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var day = await CountAsync(Monday, Monday + DayLength - 1);
        var next = await CountAsync(Monday + DayLength, Monday + DayLength);
        var both = await CountAsync(Monday, Monday + DayLength);

        next.ShouldBeGreaterThan(0, "Something happens at midnight.");
        both.ShouldBe(day + next);

        async Task<int> CountAsync(long from, long to) => (int)(await PostAsync(
            client, Events, $$"""{"startDate":{{from}},"endDate":{{to}},"pageSize":1000}"""))["totalUsageEventsCount"]!;
    }

    [Fact]
    public async Task Every_member_has_a_day_where_a_page_is_asked_for_and_active_ones_where_not()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var paged = await PostAsync(client, Daily, Range(Monday, 3, ",\"page\":1,\"pageSize\":1000"));
        var all = paged["data"]!.AsArray();
        var active = await PostAsync(client, Daily, Range(Monday, 3, ""));

        all.Count.ShouldBe(3 * (int)paged["pagination"]!["totalUsers"]!);
        active["pagination"].ShouldBeNull();
        active["data"]!.AsArray().Count.ShouldBe(all.Count(row => (bool)row!["isActive"]!));
        var truth = await simulator.TruthAsync("cursor", "daily_usage", "2026-11-16", "2026-11-18");
        all.Sum(row => Exact(row!["totalLinesAdded"])).ShouldBe(Exact(truth["total"]!["quantities"]!["added"]));
        all.Count.ShouldBe((int)truth["total"]!["rows"]!);
    }

    [Fact]
    public async Task Meters_are_the_months_events_and_groups_the_same_money()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var spend = await PostAsync(client, "spend", """{"page":1,"pageSize":1000,"sortBy":"user"}""");
        var groups = await JsonAsync(client, "groups");
        var month = await simulator.TruthAsync("cursor", "usage_events", "2026-11-01", "2026-11-23");

        var seats = spend["teamMemberSpend"]!.AsArray();
        seats.Sum(seat => Exact(seat!["overallSpendCents"])).ShouldBe(Exact(month["total"]!["usd"]) * 100);
        groups["groups"]!.AsArray().Append(groups["unassignedGroup"]).Sum(group => Exact(group!["spendCents"]))
            .ShouldBe(seats.Sum(seat => Exact(seat!["spendCents"])));
        seats.Count.ShouldBe((await JsonAsync(client, "members"))["teamMembers"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(Daily, """{"startDate":1,"endDate":2678400002,"page":1,"pageSize":10}""", "at most 30")]
    [InlineData(Events, """{"startDate":1,"endDate":2,"pageSize":1001}""", "pageSize is 1001")]
    [InlineData(Events, """{"startDate":1,"endDate":2,"page":0}""", "page is 0")]
    [InlineData(Events, """{"endDate":2}""", "startDate is required")]
    [InlineData(Events, """{"startDate":"1","endDate":2}""", "startDate must be a whole number")]
    [InlineData(Events, """{"startDate":3,"endDate":2}""", "endDate must not be before startDate")]
    [InlineData(Events, """{"startDate":1,"endDate":2,"hostingType":"MOON"}""", "hostingType")]
    [InlineData(Events, "[]", "must be a JSON object")]
    [InlineData(Events, "page=1", "not JSON")]
    public async Task What_makes_no_sense_is_refused(string path, string body, string said)
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        using var content = new StringContent(body);

        using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(said);
    }

    [Fact]
    public async Task Old_days_are_answered_with_nothing()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        var old = Monday - (200 * DayLength);

        ((int)(await PostAsync(client, Events, Range(old, 7, "")))["totalUsageEventsCount"]!).ShouldBe(0);
        (await PostAsync(client, Daily, Range(old, 7, ",\"page\":1,\"pageSize\":10")))["data"]!.AsArray()
            .ShouldBeEmpty();
    }

    private static HttpClient Client(SimulatorHost simulator)
    {
        var key = Encoding.UTF8.GetBytes($"{simulator.Account("cursor").Key}:");
        var client = new HttpClient { BaseAddress = new Uri(simulator.Anonymous.BaseAddress!, "/teams/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(key));
        return client;
    }

    private static string Range(long from, int days, string more) =>
        $$"""{"startDate":{{from}},"endDate":{{from + (days * DayLength) - 1}}{{more}}}""";

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body);
        using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }
}

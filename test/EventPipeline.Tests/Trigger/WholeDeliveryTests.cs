using System.Globalization;
using System.Net;
using CsCheck;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Trigger;

/// <summary>Messages delivered again, at once, and in any order, through the real door into the real views.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeDeliveryTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string Source = "//pubsub.googleapis.com/projects/p/subscriptions/trigger";
    private readonly ServiceHost _host = fixture.Host;

    [Fact]
    public async Task A_trigger_delivered_again_is_the_same_run_and_nothing_is_read_again()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        const string body = """{"vendors":["anthropic"],"reports":["cost"],"from":"2023-03-01","to":"2023-04-05"}""";
        (await _host.PushTriggerAsync(body, "1001")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();
        var asked = _host.Vendor.Asked.Count;

        (await _host.PushTriggerAsync(body, "1001")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        var run = await _host.RunOfAsync(RunIdOf("1001"));
        run.State.ShouldBe("completed");
        run.Windows.Select(window => (window.From, window.To, window.State)).ShouldBe(
        [
            (new DateOnly(2023, 3, 1), new DateOnly(2023, 3, 31), "loaded"),
            (new DateOnly(2023, 4, 1), new DateOnly(2023, 4, 5), "loaded"),
        ]);
        _host.Vendor.Asked.Count.ShouldBe(asked);
        (await EventsAsync(run.RunId))
            .ShouldBe(["completed", "completing", "planned", "window_planned", "window_planned"]);
    }

    [Fact]
    public async Task A_trigger_delivered_twice_at_once_is_one_run_that_completes_once()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        const string body = """{"vendors":["anthropic"],"reports":["cost"],"from":"2023-05-01","to":"2023-05-02"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _host.PushTriggerAsync(body, "1002")));
        await _host.IdleAsync();

        answers.ShouldAllBe(answer => answer == HttpStatusCode.NoContent);
        var run = await _host.RunOfAsync(RunIdOf("1002"));
        run.State.ShouldBe("completed");
        (await EventsAsync(run.RunId))
            .Where(name => name != "window_planned")
            .ShouldBe(["completed", "completing", "planned"]);
        (await _host.CountAsync("cost WHERE usage_date BETWEEN '2023-05-01' AND '2023-05-02'")).ShouldBe(2);
    }

    [Fact]
    public async Task Every_message_delivered_twice_at_once_and_out_of_order_is_one_run_that_completes_once()
    {
        await using var host = await ServiceHost.StartAsync(
            configure: builder => builder.Configuration.AddInMemoryCollection(
            [
                KeyValuePair.Create("Broker:Faults:Duplicate", (string?)"true"),
                KeyValuePair.Create("Broker:Faults:ShuffleSeed", (string?)"7"),
            ]));
        host.Vendor.OnDays(CostRows.Path, CostRows.Of).OnDays("/v1/organization/costs", day => $$$"""{"amount":{"value":{{{day.Day}}}.5,"currency":"usd"}}""");

        var run = await host.RunAsync("""{"reports":["cost"],"from":"2025-01-01","to":"2025-03-31"}""");

        run.State.ShouldBe("completed");
        run.Windows.Count.ShouldBe(6);
        (
            await host.AskAsync(
                "SELECT event, COUNT(*) FROM run_events WHERE event IN ('planned', 'completed') GROUP BY 1 ORDER BY 1"))
            .ShouldBe([["completed", 1L], ["planned", 1L]]);
        (
            await host.AskAsync(
                "SELECT vendor, COUNT(*), COUNT(DISTINCT usage_date), SUM(amount_usd) FROM cost GROUP BY 1 ORDER BY 1"))
            .ShouldBe(
        [
            [
                "anthropic",
                90L,
                90L,
                Enumerable.Range(0, 90).Sum(n => CostRows.UsdOf(new DateOnly(2025, 1, 1).AddDays(n))),
            ],
            ["openai", 90L, 90L, Enumerable.Range(0, 90).Sum(n => new DateOnly(2025, 1, 1).AddDays(n).Day + 0.5m)],
        ]);
    }

    [Fact]
    public async Task A_trigger_by_hand_with_attributes_and_no_body_asks_for_what_they_say()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        using var answer = await host.PostAsync(
            "v1/projects/local/topics/eventpipeline-trigger:publish",
            $$$"""{"messages":[{"attributes":{"vendors":"anthropic","reports":"cost","from":"2025-01-01","to":"2025-01-02","mode":"dry_run"}}]}""");
        await host.IdleAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var run = (await host.GetAsync("runs")).EnumerateArray().ShouldHaveSingleItem();
        (run.GetProperty("mode").GetString(), run.GetProperty("state").GetString(), run.GetProperty("from").GetString())
            .ShouldBe(("dry_run", "completed", "2025-01-01"));
    }

    [Fact]
    public async Task A_fetch_message_that_no_run_planned_is_a_run_of_its_own_that_ends()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var day = new DateOnly(2023, 6, 1);

        await _host.PushFetchAsync("by-hand", "anthropic", "cost", day, day);

        var run = await _host.RunOfAsync("by-hand");
        (run.State, run.From, run.To).ShouldBe(("completed", day, day));
        (run.Windows.ShouldHaveSingleItem().State, run.Totals.BilledUsd).ShouldBe(("loaded", CostRows.UsdOf(day)));
    }

    [Fact]
    public async Task A_run_with_nothing_to_read_completes_too()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        const string body = """{"vendors":["anthropic"],"reports":["cost"],"from":"2023-05-10","to":"2023-05-10"}""";
        await _host.PushTriggerAsync(body, "1003");
        await _host.IdleAsync();

        await _host.PushTriggerAsync(body, "1004");
        await _host.IdleAsync();

        var run = await _host.RunOfAsync(RunIdOf("1004"));
        (run.State, run.Windows.ShouldHaveSingleItem().State).ShouldBe(("completed", "skipped"));
        (await EventsAsync(run.RunId)).ShouldBe(["completed", "completing", "planned", "window_planned"]);
    }

    [Theory]
    [InlineData("2025-10-25T23:30:00Z", "2025-10-24")]
    [InlineData("2025-10-26T00:30:00Z", "2025-10-25")]
    [InlineData("2025-10-26T01:30:00+02:00", "2025-10-24")]
    [InlineData("2025-10-25T20:30:00-05:00", "2025-10-25")]
    [InlineData("2025-03-30T01:30:00Z", "2025-03-29")]
    [InlineData("2025-03-09T23:59:59.9999999-08:00", "2025-03-09")]
    [InlineData("2025-12-31T23:59:59Z", "2025-12-30")]
    [InlineData("2026-01-01T00:00:00Z", "2025-12-31")]
    public async Task Yesterday_is_the_triggers_in_UTC_whatever_zone_or_clock_change(string time, string day)
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var id = $"zone-{time}";

        await _host.PushTriggerAsync(
            """{"vendors":["anthropic"],"reports":["cost"],"force":true}""", "1005",
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "//test"),
            ("ce-type", Pushes.RunType),
            ("ce-time", time));
        await _host.IdleAsync();

        var run = await _host.RunOfAsync(
            RunId.Create("//test", id, DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)));
        run.From.ShouldBe(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        run.To.ShouldBe(run.From);
        run.State.ShouldBe("completed");
        var end = run.From!.Value.AddDays(1);
        _host.Vendor.Asked.ShouldContain(
            asked =>
                asked.Contains(
                    $"starting_at={day}T00:00:00Z&ending_at={end:yyyy-MM-dd}T00:00:00Z", StringComparison.Ordinal));
        (await _host.ValueAsync($"SELECT bucket_start FROM cost WHERE usage_date = '{day}'"))
            .ShouldBe(new DateTimeOffset(run.From.Value, TimeOnly.MinValue, TimeSpan.Zero));
    }

    [Fact]
    public async Task Any_order_duplication_and_interleaving_of_deliveries_gives_the_same_views()
    {
        _host.Vendor.OnDays(
            CostRows.Path, day => $"{CostRows.Of(day)},{CostRows.Row("-0.000000000000001", "Credit", "wrkspc_1")}");
        var iteration = 0;
        await Gen.Select(Gen.Shuffle(Enumerable.Range(0, 8).ToArray()), Gen.Int[1, 4]).SampleAsync(
            async (order, atOnce) =>
            {
                var first = new DateOnly(2024, 1, 1).AddDays(10 * Interlocked.Increment(ref iteration));
                foreach (var group in order.Chunk(atOnce))
                {
                    var answers = await Task.WhenAll(group.Select(number => DeliverAsync(first, number)));
                    answers.ShouldAllBe(answer => answer == HttpStatusCode.NoContent);
                }

                await _host.IdleAsync();

                var days = Enumerable.Range(0, 4).Select(first.AddDays).ToList();
                (
                    await _host.AskAsync(
                        $"SELECT usage_date, amount_usd FROM daily_cost WHERE usage_date BETWEEN '{first:yyyy-MM-dd}' "
                            + $"AND '{days[^1]:yyyy-MM-dd}' ORDER BY ALL"))
                    .ShouldBe(days.SelectMany(day => new object?[][]
                    {
                        [day, -0.00000000000000001m], [day, CostRows.UsdOf(day)],
                    }));
                (
                    await _host.CountAsync(
                        $"current_slices WHERE usage_date BETWEEN '{first:yyyy-MM-dd}' AND "
                            + $"'{first.AddDays(9):yyyy-MM-dd}'"))
                    .ShouldBe(4);
            },
            iter: 6,
            threads: 1);
    }

    /// <summary>Of two triggers and two windows that overlap, each delivered twice, one delivery.</summary>
    private Task<HttpStatusCode> DeliverAsync(DateOnly first, int number) => (number % 4) switch
    {
        0 => _host.PushTriggerAsync(Body(first, first.AddDays(2)), $"{first.DayNumber}-a"),
        1 => _host.PushTriggerAsync(Body(first.AddDays(1), first.AddDays(3)), $"{first.DayNumber}-b"),
        2 => _host.PushFetchAsync($"run-{first.DayNumber}", "anthropic", "cost", first, first.AddDays(1)),
        _ => _host.PushFetchAsync($"run-{first.DayNumber}", "anthropic", "cost", first.AddDays(1), first.AddDays(3)),
    };

    private static string Body(DateOnly from, DateOnly to) =>
        $$"""{"vendors":["anthropic"],"reports":["cost"],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}","force":true}""";

    private static string RunIdOf(string messageId) =>
        RunId.Create(Source, messageId, new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.Zero));

    private async Task<IEnumerable<string>> EventsAsync(string runId) =>
        (await _host.AskAsync($"SELECT event FROM run_events WHERE run_id = '{runId}' ORDER BY event"))
            .Select(row => (string)row[0]!)
            .ToList();
}

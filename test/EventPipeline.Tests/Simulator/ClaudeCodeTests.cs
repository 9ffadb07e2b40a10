using System.Text.Json;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class ClaudeCodeTests
{
    private const string Day = "usage_report/claude_code?starting_at=2026-11-18";

    [Fact]
    public async Task A_day_s_records_are_paged_by_twenty_and_each_key_is_there_once()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var paged = await PagesAsync(client, Day);
        var whole = await PagesAsync(client, $"{Day}&limit=1000");

        ((JsonArray)(await JsonAsync(client, Day))["data"]!).Count.ShouldBe(20);
        paged.Select(Key).ShouldBe(whole.Select(Key));
        whole.Select(Key).Distinct().Count().ShouldBe(whole.Count);
        whole.ShouldAllBe(record => (string)record["date"]! == "2026-11-18T00:00:00Z");
    }

    [Fact]
    public async Task Records_cover_people_and_keys_remote_and_local_both_customer_types_and_several_terminals()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var me = await JsonAsync(client, "me");

        var records = await PagesAsync(client, $"{Day}&limit=1000");

        records.Select(r => (string)r["actor"]!["type"]!)
            .Distinct()
            .ShouldBe(["user_actor", "api_actor"], ignoreOrder: true);
        records.ShouldAllBe(r => (r["actor"]!["email_address"] == null) != (r["actor"]!["api_key_name"] == null));
        records.Select(r => (bool)r["is_remote"]!).Distinct().Count().ShouldBe(2);
        records.Select(r => (string)r["customer_type"]!)
            .Distinct()
            .ShouldBe(["api", "subscription"], ignoreOrder: true);
        records.Select(r => (string)r["terminal_type"]!).Distinct().Count().ShouldBeGreaterThan(3);
        records.ShouldAllBe(r => (string)r["organization_id"]! == (string)me["id"]!);
        records.GroupBy(r => r["actor"]!.ToJsonString()).ShouldContain(actor => actor.Count() > 1);
        records.ShouldContain(r => r["model_breakdown"]!.AsArray().Count > 1);
    }

    [Fact]
    public async Task The_estimate_is_a_number_in_cents()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var models = (await PagesAsync(client, $"{Day}&limit=1000"))
            .SelectMany(r => r["model_breakdown"]!.AsArray())
            .ToList();
        var truth = await simulator.TruthAsync("anthropic", "claude_code", "2026-11-18", "2026-11-18");

        models.ShouldAllBe(model => model!["estimated_cost"]!["amount"]!.GetValueKind() == JsonValueKind.Number);
        models.Sum(model => Exact(model!["estimated_cost"]!["amount"])).ShouldBe(Exact(truth["total"]!["usd"]) * 100);
    }

    [Fact]
    public async Task Nothing_younger_than_an_hour_is_told()
    {
        await using var simulator = await StartAsync(now: new DateTimeOffset(2026, 11, 23, 0, 40, 0, TimeSpan.Zero));
        using var client = simulator.Anthropic();

        var today = await PagesAsync(client, "usage_report/claude_code?starting_at=2026-11-23&limit=1000");
        simulator.Clock.Advance(TimeSpan.FromHours(23));
        var later = await PagesAsync(client, "usage_report/claude_code?starting_at=2026-11-23&limit=1000");

        today.ShouldBeEmpty();
        later.ShouldNotBeEmpty();
    }

    private static string Key(JsonNode r) =>
        $"{r["actor"]!.ToJsonString()}/{r["customer_type"]}/{r["subscription_type"]}/{r["terminal_type"]}/{r["is_remote"]}";
}

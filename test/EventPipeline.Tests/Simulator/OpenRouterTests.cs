using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class OpenRouterTests
{
    private static readonly string[] Documented =
    [
        "date", "model", "model_permaslug", "endpoint_id", "provider_name", "usage", "byok_usage_inference", "requests",
        "prompt_tokens", "completion_tokens", "reasoning_tokens",
    ];

    [Fact]
    public async Task Activity_has_the_documented_members_and_a_workspace_only_if_it_is_asked_for()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var rows = await RowsAsync(client, "activity?date=2026-11-20");
        var split = await RowsAsync(client, "activity?date=2026-11-20&group_by=workspace");

        rows.ShouldAllBe(row => row.Select(member => member.Key).Order().SequenceEqual(Documented.Order()));
        split.ShouldAllBe(row => row.ContainsKey("workspace_id"));
        split.Count.ShouldBeGreaterThan(rows.Count);
        split.Sum(row => (decimal)row["usage"]!).ShouldBe(rows.Sum(row => (decimal)row["usage"]!));
    }

    [Fact]
    public async Task Without_a_date_it_is_the_last_thirty_completed_days_and_with_one_it_has_to_be_among_them()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var days = (await RowsAsync(client, "activity")).Select(row => (string)row["date"]!).Order().ToList();

        (days[0], days[^1]).ShouldBe(("2026-10-24", "2026-11-22"));
        foreach (var day in (string[])["2026-11-23", "2026-10-23"])
        {
            var (status, body, _) = await SendAsync(client, $"activity?date={day}");
            status.ShouldBe(400);
            ((string)body["error"]!["message"]!).ShouldBe("Date must be within the last 30 (completed) UTC days");
        }
    }

    [Fact]
    public async Task A_keys_activity_is_a_part_and_some_of_it_belongs_to_no_key_in_the_lists()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        var keys = new List<string>();
        foreach (var workspace in await RowsAsync(client, "workspaces"))
        {
            var listed = await RowsAsync(client, $"keys?include_disabled=true&workspace_id={workspace["id"]}");
            keys.AddRange(listed.Select(key => (string)key["hash"]!));
        }

        var whole = await RowsAsync(client, "activity");
        decimal parts = 0;
        foreach (var key in keys)
        {
            parts += (await RowsAsync(client, $"activity?api_key_hash={key}")).Sum(row => (decimal)row["requests"]!);
        }

        keys.Count.ShouldBe(6);
        parts.ShouldBeGreaterThan(0);
        parts.ShouldBeLessThan(whole.Sum(row => (decimal)row["requests"]!));
    }

    [Fact]
    public async Task The_credits_only_grow_and_only_a_management_key_sees_them()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var before = (await JsonAsync(client, "credits"))["data"]!;
        simulator.Clock.Advance(TimeSpan.FromDays(40));
        var after = (await JsonAsync(client, "credits"))["data"]!;

        ((decimal)after["total_usage"]!).ShouldBeGreaterThan((decimal)before["total_usage"]!);
        ((decimal)after["total_credits"]!).ShouldBeGreaterThanOrEqualTo((decimal)before["total_credits"]!);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", simulator.Account("openrouter").LimitedKey);
        (await SendAsync(client, "credits")).Status.ShouldBe(403);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-or-v1-nobody");
        (await SendAsync(client, "credits")).Status.ShouldBe(401);
        ((int)(await SendAsync(client, "/v9/nothing")).Body["error"]!["code"]!).ShouldBe(404);
    }

    private static HttpClient Client(SimulatorHost simulator)
    {
        var client = new HttpClient { BaseAddress = new Uri(simulator.Anonymous.BaseAddress!, "/api/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", simulator.Account("openrouter").Key);
        return client;
    }

    private static async Task<List<JsonObject>> RowsAsync(HttpClient client, string address) =>
        [.. (await JsonAsync(client, address))["data"]!.AsArray().Select(row => row!.AsObject())];
}

using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Anthropic;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class AnthropicReportTests
{
    private const string Usage = "usage_report/messages";
    private const string Week = "starting_at=2026-11-09T00:00:00Z&ending_at=2026-11-16T00:00:00Z";
    private const string AllGroups =
        "&group_by[]=account_id&group_by[]=api_key_id&group_by[]=context_window&group_by[]=inference_geo"
        + "&group_by[]=model&group_by[]=service_account_id&group_by[]=service_tier&group_by[]=workspace_id";

    [Fact]
    public async Task Buckets_come_one_for_each_day_oldest_first_whatever_the_page_size()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var whole = await PagesAsync(client, $"{Usage}?{Week}&limit=31{AllGroups}");
        var paged = await PagesAsync(client, $"{Usage}?{Week}&limit=2{AllGroups}");

        whole.Select(bucket => (string)bucket["starting_at"]!)
            .ShouldBe(Enumerable.Range(9, 7).Select(day => $"2026-11-{day:D2}T00:00:00Z"));
        whole.Select(bucket => (string)bucket["ending_at"]!)
            .ShouldBe(Enumerable.Range(10, 7).Select(day => $"2026-11-{day:D2}T00:00:00Z"));
        new JsonArray([.. paged.Select(b => b.DeepClone())])
            .ToJsonString()
            .ShouldBe(new JsonArray([.. whole.Select(b => b.DeepClone())]).ToJsonString());
    }

    [Fact]
    public async Task A_main_report_has_a_company_s_worth_of_rows_and_weekends_have_fewer()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var rows = (await PagesAsync(client, $"{Usage}?{Week}{AllGroups}"))
            .Select(bucket => bucket["results"]!.AsArray().Count)
            .ToList();

        rows.Take(5).ShouldAllBe(count => count >= 20 && count <= 80);
        rows.Skip(5).Max().ShouldBeLessThan(rows.Take(5).Min());
    }

    [Theory]
    [InlineData("uncached_input_tokens")]
    [InlineData("output_tokens")]
    [InlineData("cache_read_input_tokens")]
    public async Task Groups_and_hours_add_up_to_the_ungrouped_day(string metric)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var ungrouped = Rows(await PagesAsync(client, $"{Usage}?{Week}")).Sum(row => (long)row[metric]!);
        var grouped = Rows(await PagesAsync(client, $"{Usage}?{Week}{AllGroups}")).Sum(row => (long)row[metric]!);
        var hourly = Rows(await PagesAsync(client, $"{Usage}?{Week}&bucket_width=1h&limit=100&group_by[]=model"))
            .Sum(row => (long)row[metric]!);

        ungrouped.ShouldBeGreaterThan(0);
        grouped.ShouldBe(ungrouped);
        hourly.ShouldBe(ungrouped);
    }

    [Fact]
    public async Task A_row_has_the_documented_fields_and_no_dimension_that_was_not_grouped_by()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var row = Rows(await PagesAsync(client, $"{Usage}?{Week}&group_by[]=model")).First().AsObject();

        row.Select(field => field.Key).ShouldBe(
            [
                "account_id",
                "api_key_id",
                "cache_creation",
                "cache_read_input_tokens",
                "context_window",
                "inference_geo",
                "model",
                "output_tokens",
                "server_tool_use",
                "service_account_id",
                "service_tier",
                "uncached_input_tokens",
                "workspace_id",
            ],
            ignoreOrder: true);
        row["workspace_id"].ShouldBeNull();
        ((string?)row["model"]).ShouldNotBeNull();
    }

    [Fact]
    public async Task Null_stands_for_the_default_workspace_the_playground_and_what_is_no_service_account()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var rows = Rows(await PagesAsync(client, $"{Usage}?{Week}{AllGroups}")).ToList();

        rows.ShouldContain(row => row["workspace_id"] == null && row["api_key_id"] != null);
        rows.ShouldContain(
            row => row["workspace_id"] == null && row["api_key_id"] == null && row["account_id"] == null);
        rows.ShouldContain(row => row["service_account_id"] != null);
        rows.ShouldContain(row => row["account_id"] != null);
        rows.Select(row => (string)row["service_tier"]!)
            .Distinct()
            .ShouldBe(["standard", "batch", "priority"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_filter_keeps_only_what_it_names()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var all = Rows(await PagesAsync(client, $"{Usage}?{Week}&group_by[]=model")).ToList();
        var some = Rows(await PagesAsync(client, $"{Usage}?{Week}&group_by[]=model&models[]=claude-sonnet-5")).ToList();

        some.ShouldAllBe(row => (string)row["model"]! == "claude-sonnet-5");
        some.Sum(row => (long)row["output_tokens"]!).ShouldBe(
            all.Where(row => (string)row["model"]! == "claude-sonnet-5").Sum(row => (long)row["output_tokens"]!));
    }

    [Fact]
    public async Task Today_grows_by_the_hour_and_there_is_no_tomorrow()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var address = $"{Usage}?starting_at=2026-11-22T00:00:00Z&ending_at=2026-12-01T00:00:00Z";

        var before = await PagesAsync(client, address);
        simulator.Clock.Advance(TimeSpan.FromHours(8));
        var after = await PagesAsync(client, address);

        before.Count.ShouldBe(2);
        after.Count.ShouldBe(2);
        ((long)after[1]["results"]![0]!["output_tokens"]!)
            .ShouldBeGreaterThan((long)before[1]["results"]![0]!["output_tokens"]!);
        (await PagesAsync(client, $"{Usage}?starting_at=2026-11-24T00:00:00Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cost_is_tokens_times_the_price_list_except_for_committed_capacity()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic(Labs);
        var rows = Rows(await PagesAsync(client, $"{Usage}?{Week}{AllGroups}"))
            .Where(row => (string)row["service_tier"]! != "priority");

        var expected = rows.Sum(
            row => AnthropicPrices.TokenTypes.Sum(type => Tokens(row, type.Name) * AnthropicPrices.CentsPerToken(
            AnthropicPrices.Model((string)row["model"]!),
            type,
            batch: (string)row["service_tier"]! == "batch",
            longContext: (string)row["context_window"]! != "0-200k",
            us: (string)row["inference_geo"]! == "us",
            fast: false,
            contract: 1m)));
        var cost = Rows(await PagesAsync(client, $"cost_report?{Week}&group_by[]=workspace_id&group_by[]=description"));

        cost.Where(row => (string?)row["cost_type"] == "tokens").Sum(row => Exact(row["amount"])).ShouldBe(expected);
    }

    [Fact]
    public async Task Amounts_are_strings_in_cents_some_negative_some_below_a_cent_some_with_more_than_nine_decimals()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var rows = Rows(await PagesAsync(
            client,
            "cost_report?starting_at=2026-09-01T00:00:00Z&limit=31&group_by[]=workspace_id"
                + "&group_by[]=description")).ToList();
        var amounts = rows.Select(row => row["amount"]!.AsValue().GetValue<string>()).ToList();

        amounts.ShouldContain(amount => amount.StartsWith('-'));
        amounts.ShouldContain(amount => amount.Contains('.') && amount.Length - amount.IndexOf('.') > 10);
        amounts.ShouldContain(amount => Exact(JsonValue.Create(amount)) > 0 && Exact(JsonValue.Create(amount)) < 1);
        rows.Select(row => (string?)row["cost_type"])
            .Distinct()
            .ShouldBe(["tokens", "web_search", "code_execution", "session_usage", null], ignoreOrder: true);
        rows.ShouldAllBe(row => (string)row["currency"]! == "USD");
    }

    [Fact]
    public async Task Cost_grouped_adds_up_to_cost_ungrouped()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var grouped = Rows(
            await PagesAsync(client, $"cost_report?{Week}&group_by[]=workspace_id&group_by[]=description"))
            .ToList();
        var ungrouped = Rows(await PagesAsync(client, $"cost_report?{Week}")).ToList();

        ungrouped.Count.ShouldBe(7);
        ungrouped.ShouldAllBe(
            row => row["description"] == null && row["cost_type"] == null && row["workspace_id"] == null);
        grouped.Sum(row => Exact(row["amount"])).ShouldBe(ungrouped.Sum(row => Exact(row["amount"])));
    }

    [Fact]
    public async Task The_speed_is_told_only_with_the_beta_header_and_adds_no_rows()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var without = Rows(await PagesAsync(client, $"{Usage}?{Week}{AllGroups}")).Count();
        (await SendAsync(client, $"{Usage}?{Week}&group_by[]=speed")).Status.ShouldBe(400);
        client.DefaultRequestHeaders.Add("anthropic-beta", "other-2026-01-01, fast-mode-2026-02-01");

        var rows = Rows(await PagesAsync(client, $"{Usage}?{Week}{AllGroups}&group_by[]=speed")).ToList();

        rows.Select(row => (string)row["speed"]!).Distinct().ShouldBe(["standard", "fast"], ignoreOrder: true);
        rows.Count.ShouldBe(without);
    }

    private static decimal Tokens(JsonNode row, string type) =>
        (decimal)type.Split('.').Aggregate(row, (node, name) => node[name]!);
}

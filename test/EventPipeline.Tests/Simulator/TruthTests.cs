using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class TruthTests
{
    private static readonly string Week = $"start_time={Unix("2026-11-16")}&end_time={Unix("2026-11-23")}";

    [Fact]
    public async Task The_truth_of_usage_is_what_the_pages_add_up_to()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var buckets = await PagesAsync(
            client,
            "usage_report/messages?starting_at=2026-11-16T00:00:00Z&ending_at=2026-11-23T00:00:00Z&limit=3"
                + "&group_by[]=account_id&group_by[]=api_key_id"
            + "&group_by[]=context_window&group_by[]=inference_geo&group_by[]=model&group_by[]=service_account_id"
            + "&group_by[]=service_tier&group_by[]=workspace_id");
        var truth = await simulator.TruthAsync("anthropic", "messages_usage", "2026-11-16", "2026-11-22");

        PerDay(truth).ShouldBe(buckets.Select(bucket => (
            bucket["results"]!.AsArray().Count,
            Rows([bucket]).Sum(row => (decimal)row["uncached_input_tokens"]! + (decimal)row["cache_read_input_tokens"]!
                + (decimal)row["cache_creation"]!["ephemeral_5m_input_tokens"]!
                + (decimal)row["cache_creation"]!["ephemeral_1h_input_tokens"]!
                + (decimal)row["output_tokens"]!),
            0m)));
    }

    [Theory]
    [InlineData(Acme)]
    [InlineData(Labs)]
    public async Task The_truth_of_cost_is_what_the_pages_add_up_to_to_the_last_decimal(string account)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic(account);

        var buckets = await PagesAsync(
            client,
            "cost_report?starting_at=2026-11-16T00:00:00Z&ending_at=2026-11-23T00:00:00Z&limit=2"
                + "&group_by[]=workspace_id&group_by[]=description");
        var truth = await simulator.TruthAsync("anthropic", "cost", "2026-11-16", "2026-11-22", account);

        PerDay(truth)
            .ShouldBe(
                buckets.Select(
                    bucket =>
                        (
                            bucket["results"]!.AsArray().Count,
                            0m,
                            Rows([bucket]).Sum(row => Exact(row["amount"])) / 100)));
        Exact(truth["total"]!["usd"]).ShouldBe(Rows(buckets).Sum(row => Exact(row["amount"])) / 100);
    }

    [Theory]
    [InlineData(
        "completions",
        "&group_by=project_id&group_by=user_id&group_by=api_key_id&group_by=model&group_by=batch"
            + "&group_by=service_tier")]
    [InlineData("embeddings", "&group_by=project_id&group_by=user_id&group_by=api_key_id&group_by=model")]
    [InlineData(
        "images",
        "&group_by=project_id&group_by=user_id&group_by=api_key_id&group_by=model&group_by=size&group_by=source")]
    public async Task The_truth_of_an_endpoint_is_what_its_pages_add_up_to(string name, string groupBy)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var buckets = await PagesAsync(client, $"usage/{name}?{Week}&limit=3{groupBy}");
        var truth = await simulator.TruthAsync("openai", name, "2026-11-16", "2026-11-22");

        PerDay(truth).ShouldBe(buckets.Select(bucket => (
            bucket["results"]!.AsArray().Count,
            Rows([bucket])
                .Sum(
                    row =>
                        (row["input_tokens"]?.GetValue<decimal>() ?? 0)
                            + (row["output_tokens"]?.GetValue<decimal>() ?? 0)),
            0m)));
        Exact(truth["total"]!["quantities"]!["num_model_requests"])
            .ShouldBe(Rows(buckets).Sum(row => (decimal)row["num_model_requests"]!));
    }

    [Fact]
    public async Task The_truth_of_costs_can_be_asked_for_in_the_grouping_that_was_read()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var buckets = await PagesAsync(client, $"costs?{Week}&limit=3&group_by=project_id&group_by=line_item");
        var truth = await simulator.TruthAsync(
            "openai", "costs", "2026-11-16", "2026-11-22", more: "&group_by=project_id&group_by=line_item");

        PerDay(truth)
            .ShouldBe(
                buckets.Select(
                    bucket =>
                        (
                            bucket["results"]!.AsArray().Count,
                            0m,
                            Rows([bucket]).Sum(row => Exact(row["amount"]!["value"])))));
    }

    [Fact]
    public async Task No_amount_needs_more_than_eighteen_decimals()
    {
        await using var simulator = await StartAsync();

        foreach (var (vendor, report) in new[]
        {
            ("anthropic", "cost"), ("anthropic", "claude_code"), ("openai", "costs"),
        })
        {
            var truth = await simulator.TruthAsync(vendor, report, "2026-09-01", "2026-11-22");
            foreach (var day in truth["days"]!.AsArray())
            {
                decimal.Round(Exact(day!["usd"]), 18).ShouldBe(Exact(day["usd"]));
            }
        }
    }

    [Theory]
    [InlineData("vendor=anthropc&account=SIMULATED-acme&report=cost&from=2026-11-01&to=2026-11-02", "'anthropic'")]
    [InlineData("vendor=anthropic&account=SIMULATED-acm&report=cost&from=2026-11-01&to=2026-11-02", "'SIMULATED-acme'")]
    [InlineData("vendor=anthropic&account=SIMULATED-acme&report=costs&from=2026-11-01&to=2026-11-02", "'cost'")]
    [InlineData("vendor=anthropic&account=SIMULATED-acme&report=cost&from=2026-11-01&to=2026-02-30", "2026-02-30")]
    [InlineData("vendor=anthropic&account=SIMULATED-acme&report=cost&from=2026-11-02&to=2026-11-01", "'to'")]
    [InlineData("vendor=anthropic", "'account'")]
    public async Task A_question_that_makes_no_sense_is_refused_with_the_nearest_that_does(string query, string named)
    {
        await using var simulator = await StartAsync();

        var (status, body, _) = await SendAsync(simulator.Anonymous, $"/_simulator/truth?{query}");

        status.ShouldBe(400);
        ((string)body["title"]!).ShouldContain(named);
    }

    private static IEnumerable<(int Rows, decimal Tokens, decimal Usd)> PerDay(JsonNode truth) =>
        truth["days"]!.AsArray().Select(day => ((int)day!["rows"]!, Exact(day["tokens"]), Exact(day["usd"])));
}

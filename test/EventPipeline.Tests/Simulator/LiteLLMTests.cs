using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class LiteLLMTests
{
    private const string Week = "activity?start_date=2026-11-16&end_date=2026-11-22";

    [Fact]
    public async Task Pages_are_of_records_the_newest_day_first_and_parts_of_a_model_and_key_are_on_several()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var pages = await AllPagesAsync(client, $"{Week}&page_size=1000");
        var parts = pages.SelectMany(Parts).ToList();

        pages.Count.ShouldBeGreaterThan(1, "a week of the company does not fit on one page");
        pages.SelectMany(page => page["results"]!.AsArray()).Select(result => (string)result!["date"]!)
            .ShouldBeInOrder(SortDirection.Descending);
        parts.Count.ShouldBeGreaterThan(parts.Select(part => part.Key).Distinct().Count());
        foreach (var (page, index) in pages.Select((page, index) => (page, index)))
        {
            var metadata = page["metadata"]!;
            ((int)metadata["page"]!, (int)metadata["total_pages"]!, (bool)metadata["has_more"]!)
                .ShouldBe((index + 1, pages.Count, index + 1 < pages.Count));
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100)]
    public async Task The_pages_of_any_size_add_up_to_the_truth(int size)
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var parts = (await AllPagesAsync(client, $"{Week}&page_size={size}")).SelectMany(Parts).ToList();

        var truth = new SimulatedTotal(
            (await simulator.TruthAsync("litellm", "daily_activity", "2026-11-16", "2026-11-22"))["total"]!);
        parts.Select(part => part.Key).Distinct().Count().ShouldBe((int)truth.Rows);
        parts.Sum(part => Exact(part.Metrics["spend"])).ShouldBe(truth.Usd);
        parts.Sum(part => Exact(part.Metrics["total_tokens"])).ShouldBe(truth.Tokens);
        parts.Sum(part => Exact(part.Metrics["api_requests"]))
            .ShouldBe(truth.Quantity("successful_requests") + truth.Quantity("failed_requests"));
    }

    [Fact]
    public async Task Every_breakdown_of_a_page_adds_up_to_its_day_and_the_days_to_the_page()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var page = await JsonAsync(client, $"{Week}&page_size=300");

        var days = page["results"]!.AsArray();
        days.Sum(day => Exact(day!["metrics"]!["spend"])).ShouldBe(Exact(page["metadata"]!["total_spend"]));
        foreach (var day in days)
        {
            foreach (var breakdown in (string[])["models", "model_groups", "providers", "endpoints", "entities"])
            {
                var members = day!["breakdown"]![breakdown]!.AsObject().Select(member => member.Value!).ToList();
                members.Sum(member => Exact(member["metrics"]!["prompt_tokens"]))
                    .ShouldBe(Exact(day["metrics"]!["prompt_tokens"]), breakdown);
                members.SelectMany(member => member["api_key_breakdown"]!.AsObject())
                    .Sum(key => Exact(key.Value!["metrics"]!["api_requests"]))
                    .ShouldBe(Exact(day["metrics"]!["api_requests"]), breakdown);
            }
        }
    }

    [Theory]
    [InlineData("activity?start_date=2026-11-16", 400, "start_date and end_date")]
    [InlineData("activity?start_date=2026-02-30&end_date=2026-11-16", 400, "2026-02-30")]
    [InlineData($"{Week}&page_size=1001", 422, "page_size")]
    [InlineData($"{Week}&page_size=0", 422, "page_size")]
    [InlineData($"{Week}&page=0", 422, "\"page\"")]
    [InlineData($"{Week}&page=one", 422, "\"page\"")]
    [InlineData("spend?start_date=2026-11-16&end_date=2026-11-16", 404, "Not Found")]
    [InlineData("/v9/nothing", 404, "nothing")]
    public async Task A_question_that_the_proxy_does_not_take_is_refused_in_its_form(
        string address, int status, string named)
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var answer = await SendAsync(client, address);

        answer.Status.ShouldBe(status);
        answer.Body["detail"]!.ToJsonString().ShouldContain(named);
    }

    [Fact]
    public async Task Only_the_admins_key_sees_it()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var limited = simulator.Account("litellm").LimitedKey;
        foreach (var (key, status) in new[] { (limited, 403), ("sk-litellm-nobody", 401) })
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var answer = await SendAsync(client, Week);
            (answer.Status, (string)answer.Body["error"]!["type"]!).ShouldBe((status, "auth_error"));
        }
    }

    [Fact]
    public async Task Tomorrow_is_empty_and_a_filter_leaves_a_part()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var tomorrow = await JsonAsync(client, "activity?start_date=2026-11-24&end_date=9999-12-31");
        var whole = await JsonAsync(client, $"{Week}&page_size=1000");
        var part = await JsonAsync(client, $"{Week}&page_size=1000&model=claude-haiku-5");

        tomorrow["results"]!.AsArray().ShouldBeEmpty();
        ((int)tomorrow["metadata"]!["total_pages"]!, (bool)tomorrow["metadata"]!["has_more"]!).ShouldBe((0, false));
        Parts(part).Select(one => one.Model).Distinct().ShouldBe(["claude-haiku-5"]);
        Exact(part["metadata"]!["total_spend"]).ShouldBeLessThan(Exact(whole["metadata"]!["total_spend"]));
    }

    private static HttpClient Client(SimulatorHost simulator)
    {
        var client = new HttpClient { BaseAddress = new Uri(simulator.Anonymous.BaseAddress!, "/user/daily/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", simulator.Account("litellm").Key);
        return client;
    }

    private static async Task<List<JsonNode>> AllPagesAsync(HttpClient client, string address)
    {
        var pages = new List<JsonNode>();
        do
        {
            pages.Add(await JsonAsync(client, $"{address}&page={pages.Count + 1}"));
        }
        while ((bool)pages[^1]["metadata"]!["has_more"]!);

        return pages;
    }

    private static IEnumerable<Part> Parts(JsonNode page) =>
        from result in page["results"]!.AsArray()
        from model in result["breakdown"]!["models"]!.AsObject()
        from key in model.Value!["api_key_breakdown"]!.AsObject()
        select new Part($"{result["date"]} {model.Key} {key.Key}", model.Key, key.Value!["metrics"]!);

    private sealed record Part(string Key, string Model, JsonNode Metrics);
}

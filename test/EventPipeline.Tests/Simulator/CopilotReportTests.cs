using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

/// <summary>GitHub as the simulator plays it: its links, its bills, its pages, its refusals.</summary>
public sealed class CopilotReportTests
{
    private const string Monday = "2026-11-16";
    private const string Reports = $"/orgs/{Acme}/copilot/metrics/reports";
    private const string Credits = $"/organizations/{Acme}/settings/billing/ai_credit/usage";

    [Fact]
    public async Task The_truth_of_users_is_what_the_files_add_up_to()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var links = await JsonAsync(client, $"{Reports}/users-1-day?day={Monday}");
        var rows = new List<JsonNode>();
        foreach (var link in links["download_links"]!.AsArray())
        {
            var text = await simulator.Anonymous.GetStringAsync(
                (string)link!, TestContext.Current.CancellationToken);
            rows.AddRange(
                text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!));
        }

        ((string)links["report_day"]!).ShouldBe(Monday);
        links["download_links"]!.AsArray().Count.ShouldBe(2);
        var total = (await simulator.TruthAsync("github_copilot", "user_metrics", Monday, Monday))["total"]!;
        rows.Count.ShouldBe((int)total["rows"]!);
        rows.Sum(row => Exact(row["loc_added_sum"])).ShouldBe(Exact(total["quantities"]!["added"]));
        var whole = await JsonAsync(client, $"{Reports}/organization-1-day?day={Monday}");
        var organization = await JsonAsync(simulator.Anonymous, (string)whole["download_links"]![0]!);
        Exact(organization["loc_added_sum"]).ShouldBe(Exact(total["quantities"]!["added"]));
    }

    [Fact]
    public async Task A_file_is_for_whoever_has_its_whole_address_and_no_token()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        var link = (string)(await JsonAsync(client, $"{Reports}/users-1-day?day={Monday}"))["download_links"]![0]!;

        (await StatusAsync(simulator.Anonymous, link)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(simulator.Anonymous, link.Split('?')[0])).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(client, link)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("2026-11-23")]
    [InlineData("2027-01-01")]
    [InlineData("2025-10-09")]
    [InlineData("2025-11-23")]
    public async Task A_day_without_a_report_has_no_content(string day)
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        (await StatusAsync(client, $"{Reports}/users-1-day?day={day}")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_truth_of_a_bill_is_what_its_days_and_its_month_add_up_to()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var sum = 0m;
        for (var day = 1; day <= 31; day++)
        {
            var bill = await JsonAsync(client, $"{Credits}?year=2026&month=10&day={day}");
            ((int)bill["timePeriod"]!["day"]!).ShouldBe(day);
            foreach (var item in bill["usageItems"]!.AsArray())
            {
                (Exact(item!["grossAmount"]) - Exact(item["discountAmount"])).ShouldBe(Exact(item["netAmount"]));
                (Exact(item["grossQuantity"]) * Exact(item["pricePerUnit"])).ShouldBe(Exact(item["grossAmount"]));
                sum += Exact(item["netAmount"]);
            }
        }

        var month = await JsonAsync(client, $"{Credits}?year=2026&month=10");
        var truth = await simulator.TruthAsync("github_copilot", "ai_credits", "2026-10-01", "2026-10-31");
        month["timePeriod"]!["day"].ShouldBeNull();
        month["usageItems"]!.AsArray().Sum(item => Exact(item!["netAmount"])).ShouldBe(sum);
        sum.ShouldBe(Exact(truth["total"]!["usd"]));
        month["usageItems"]!.AsArray().ShouldContain(item => Exact(item!["discountAmount"]) > 0);
    }

    [Fact]
    public async Task Pages_of_seats_are_linked_to_the_last()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        var seats = new List<long>();
        for (string? next = $"/orgs/{Acme}/copilot/billing/seats?per_page=5"; next is not null;)
        {
            var (_, body, headers) = await SendAsync(client, next);
            ((int)body["total_seats"]!).ShouldBe(12);
            seats.AddRange(body["seats"]!.AsArray().Select(seat => (long)seat!["assignee"]!["id"]!));
            next = headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        seats.Distinct().Count().ShouldBe(12);
        seats.Count.ShouldBe(12);
    }

    [Theory]
    [InlineData(Credits + "?month=13", 400, "month is '13'")]
    [InlineData(Credits + "?year=2026&month=2&day=29", 400, "day is '29'; it takes 1 to 28")]
    [InlineData(Reports + "/users-1-day", 400, "day is required")]
    [InlineData(Reports + "/moons-1-day?day=2026-11-16", 404, "Not Found")]
    [InlineData("/orgs/somebody-else/copilot/billing/seats", 404, "Not Found")]
    [InlineData("/enterprises/" + Acme + "/copilot/billing/seats", 404, "Not Found")]
    public async Task What_makes_no_sense_is_refused(string address, int status, string said)
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);

        var (actual, body, _) = await SendAsync(client, address);

        actual.ShouldBe(status);
        ((string)body["message"]!).ShouldContain(said);
    }

    [Fact]
    public async Task An_unknown_token_and_one_without_rights_are_told_apart()
    {
        await using var simulator = await StartAsync();
        using var client = Client(simulator);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "ghp_nobody");
        (await SendAsync(client, Credits)).Status.ShouldBe(401);

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", simulator.Account("github_copilot").LimitedKey);
        (await SendAsync(client, Credits)).Status.ShouldBe(403);
        (await SendAsync(client, $"/orgs/{Acme}")).Status.ShouldBe(200);
    }

    private static HttpClient Client(SimulatorHost simulator)
    {
        var client = new HttpClient { BaseAddress = simulator.Anonymous.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", simulator.Account("github_copilot").Key);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}

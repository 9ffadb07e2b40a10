using System.Text;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Vendors;

/// <summary>What a vendor's answer may do to the service, and what it may not.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeVendorTests
{
    private static readonly DateOnly Day = new(2025, 1, 1);

    [Fact]
    public async Task No_secret_is_in_a_log_an_answer_or_a_table_whatever_the_vendor_echoes()
    {
        const string anthropic = "sk-ant-admin01-CANARY-4f1d-anthropic";
        const string openai = "sk-admin-CANARY-77ab-openai";
        using var folder = new TemporaryFolder();
        await using var host = await ServiceHost.StartAsync(
            folder, [("Anthropic", "acme", anthropic), ("OpenAI", "acme", openai)]);
        var answers = new List<string>();
        foreach (
            var (status, number) in new[] { 401, 403, 500, 400, 302, 404 }.Select((status, number) => (status, number)))
        {
            host.Vendor.On(CostRows.Path, context => EchoAsync(context, anthropic, status))
                .On("/v1/organization/costs", context => EchoAsync(context, openai, status));

            var run = await host.RunAsync($$"""{"reports":["cost"],"from":"{{Day.AddDays(number):yyyy-MM-dd}}","to":"{{Day.AddDays(number):yyyy-MM-dd}}"}""");

            run.State.ShouldBe("failed");
            run.Windows.Count.ShouldBe(2);
            run.Windows.ShouldAllBe(window => window.Reason!.Contains($"{status}", StringComparison.Ordinal));
            answers.Add(await TextAsync(host, $"runs/{run.RunId}"));
        }

        foreach (var path in new[]
        {
            "status", "runs", "slices", "vendors", "health", "ready", "dead-letters", "openapi/v1.json", "nothing",
        })
        {
            answers.Add(await TextAsync(host, path));
        }

        foreach (var letter in (await host.GetAsync("dead-letters")).EnumerateArray())
        {
            answers.Add(await TextAsync(host, $"dead-letters/{letter.GetProperty("id").GetString()}"));
        }

        var rows = new List<string>();
        foreach (var table in ServiceHost.Tables)
        {
            rows.AddRange(
                (await host.AskAsync($"SELECT CAST(t AS VARCHAR) FROM {table} AS t")).Select(row => (string)row[0]!));
        }

        rows.AddRange(
            (await host.AskAsync("SELECT payload FROM dead_letter"))
                .Select(row => Encoding.UTF8.GetString(Convert.FromBase64String((string)row[0]!))));
        (rows.Count, answers.Count, host.Log.All.Count).ShouldSatisfyAllConditions(
            counts => counts.Item1.ShouldBeGreaterThan(24),
            counts => counts.Item2.ShouldBeGreaterThan(20),
            counts => counts.Item3.ShouldBeGreaterThan(100));
        rows.Concat(answers)
            .Concat(host.Log.All)
            .ShouldAllBe(text => !text.Contains("CANARY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_part_of_a_long_secret_is_told_when_it_stands_where_a_value_should()
    {
        var secret = string.Concat(Enumerable.Repeat("CANARY.", 40));
        await using var host = await ServiceHost.StartAsync(accounts: [("Anthropic", "acme", secret)]);
        host.Vendor
            .OnDays(CostRows.Path, _ => $$"""{"amount":"1","currency":"{{secret}}"}""")
            .On("/v1/organizations/usage_report/claude_code", $$"""{"data":[{"date":"{{secret}}"}],"has_more":false}""")
            .On("/v1/organizations/usage_report/messages", $"{new string(' ', 150)}[{secret}");

        var run = await host.RunAsync("""{"reports":["cost","claude_code","messages_usage"],"from":"2025-01-01","to":"2025-01-01"}""");

        run.Windows.Select(window => window.State).ShouldBe(["rejected", "rejected", "rejected"]);
        run.Windows.Select(window => window.Reason)
            .Concat(host.Log.All)
            .ShouldAllBe(text => !text!.Contains("CANARY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_a_successful_read_is_kept_word_for_word_and_a_failed_ones_is_not()
    {
        await using var host = await ServiceHost.StartAsync();
        const string page =
            """{ "data": [ {"starting_at":"2025-01-01T00:00:00Z","ending_at":"2025-01-02T00:00:00Z","results":[ {"amount":"1.50", "currency":"USD"} ]} ],  "has_more": false }""";
        host.Vendor.On(CostRows.Path, page);
        await host.WindowAsync("anthropic", "cost", Day);
        host.Vendor.On(CostRows.Path, """{"data":[{"starting_at":"2025-01-02T00:00:00Z"}],"has_more":false}""");

        var failed = await host.WindowAsync("anthropic", "cost", Day.AddDays(1));

        failed.State.ShouldBeOneOf("rejected", "failed");
        (await host.AskAsync("SELECT http_status, payload FROM raw_page")).ShouldBe([[200L, page]]);
    }

    [Fact]
    public async Task What_the_vendor_adds_is_told_in_the_run_and_stops_nothing()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, _ =>
            """{"amount":"1.00","currency":"USD","service_tier":"hyper","cost_type":"quantum","carbon_grams":12,"workspace_id":null}""");

        var window = await host.WindowAsync("anthropic", "cost", Day);

        window.State.ShouldBe("loaded");
        window.Drift.ShouldContain(note => note.Contains("carbon_grams", StringComparison.Ordinal));
        (await host.AskAsync("SELECT service_tier, cost_type, amount_usd FROM cost"))
            .ShouldBe([["hyper", "quantum", 0.01m]]);
    }

    private static Task EchoAsync(HttpContext context, string secret, int status)
    {
        context.Response.Headers["request-id"] = $"req_{secret}";
        context.Response.Headers["x-request-id"] = $"req_{secret}";
        context.Response.Headers.Location = $"https://elsewhere.test/?key={secret}";
        var body = $$$"""{"error":{"type":"e_{{{secret}}}","code":"c_{{{secret}}}","message":"Invalid key '{{{secret}}}' ({{{Uri.EscapeDataString(secret)}}})."},"request_id":"{{{secret}}}"}""";
        return VendorServer.WriteAsync(context, body, status);
    }

    private static async Task<string> TextAsync(ServiceHost host, string path)
    {
        using var answer = await host.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}

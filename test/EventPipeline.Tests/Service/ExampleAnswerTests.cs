using System.Globalization;
using EventPipeline.Tests.Vendors;

namespace EventPipeline.Tests.Service;

/// <summary>
/// The vendors' documented answers, served over HTTP and seen through the views, to the last decimal.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class ExampleAnswerTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string AnthropicUsage = "/v1/organizations/usage_report/messages";
    private const string AnthropicCost = "/v1/organizations/cost_report";
    private const string ClaudeCode = "/v1/organizations/usage_report/claude_code";
    private const string OpenAICosts = "/v1/organization/costs";
    private const string DocumentedCursor = "page_MjAyNS0wNS0xNFQwMDowMDowMFo=";
    private const string LastPage = """{"data":[],"has_more":false,"next_page":null}""";

    private readonly ServiceHost _host = fixture.Host;

    [Fact]
    public async Task Anthropics_documented_usage_is_one_row_with_disjoint_tokens()
    {
        _host.Vendor.On(AnthropicUsage, Answers.Read("Anthropic", "usage_report_messages"))
            .On(AnthropicUsage, LastPage, DocumentedCursor);

        var window = await _host.WindowAsync("anthropic", "messages_usage", Day("2025-08-01"));

        (window.State, window.Rows, window.Tokens).ShouldBe(("loaded", 1, 3700));
        (await _host.AskAsync("""
            SELECT usage_date, input_uncached_tokens, cache_write_tokens, cache_write_1h_tokens, cache_write_5m_tokens, cache_read_tokens,
              output_tokens, quantity, quantity_unit, account_id, sub_account_id, api_key_id, model, is_batch
            FROM usage WHERE report = 'messages_usage' AND usage_date = '2025-08-01'
            """)).ShouldHaveSingleItem().ShouldBe(
            [
                Day("2025-08-01"),
                1500L,
                1500L,
                1000L,
                500L,
                200L,
                500L,
                10m,
                "web_search_requests",
                ServiceHost.Organization,
                "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", "apikey_01Rj2N8SVvo6BePZj99NhmiT", "claude-opus-4-6", false,
            ]);
    }

    [Fact]
    public async Task Cents_are_dollars_divided_by_a_hundred()
    {
        _host.Vendor.On(AnthropicCost, Answers.Read("Anthropic", "cost_report"))
            .On(AnthropicCost, LastPage, DocumentedCursor);

        var window = await _host.WindowAsync("anthropic", "cost", Day("2025-08-01"));

        (window.State, window.Rows, window.BilledUsd).ShouldBe(("loaded", 1, 1.2378912m));
        (
            await _host.AskAsync(
                "SELECT amount_usd, currency, basis FROM cost WHERE vendor = 'anthropic' AND usage_date = "
                    + "'2025-08-01'"))
            .ShouldHaveSingleItem().ShouldBe([1.2378912m, "USD", "billed"]);
        (
            await _host.ValueAsync(
                "SELECT SUM(amount_usd) FROM daily_cost WHERE vendor = 'anthropic' AND usage_date = '2025-08-01'"))
            .ShouldBe(1.2378912m);
    }

    [Fact]
    public async Task Claude_codes_estimate_is_neither_billed_money_nor_tokens()
    {
        _host.Vendor.On(ClaudeCode, Answers.Read("Anthropic", "claude_code"));

        var run = await _host.RunAsync("anthropic", "claude_code", Day("2025-09-08"), Day("2025-09-08"));

        run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        (run.Totals.BilledUsd, run.Totals.EstimatedUsd, run.Totals.Tokens).ShouldBe((0m, 1.41m, 0L));
        (
            await _host.AskAsync(
                "SELECT actor_type, actor_id, sessions, lines_added, lines_removed, accepted, rejected, commits, "
                    + "pull_requests FROM activity"))
            .ShouldHaveSingleItem().ShouldBe(["user", "developer@company.com", 5L, 1543L, 892L, 68L, 8L, 12L, 2L]);
        (await _host.AskAsync("SELECT model, amount_usd, basis FROM cost_estimated WHERE usage_date = '2025-09-08'"))
            .ShouldHaveSingleItem().ShouldBe(["claude-opus-5", 1.41m, "estimated"]);
        (await _host.CountAsync("cost WHERE usage_date = '2025-09-08'")).ShouldBe(0);
        (await _host.CountAsync("daily_cost WHERE usage_date = '2025-09-08'")).ShouldBe(0);
        (await _host.CountAsync("focus WHERE ChargePeriodStart = '2025-09-08'")).ShouldBe(0);
    }

    [Fact]
    public async Task Every_page_is_read_and_an_empty_bucket_is_a_state()
    {
        _host.Vendor.On(AnthropicUsage, Answers.Read("Anthropic", "usage_report_messages_page1"))
            .On(AnthropicUsage, Answers.Read("Anthropic", "usage_report_messages_page2"), "page_AAAA");

        var run = await _host.PushedRunAsync("2026-11-05", "anthropic", "messages_usage", "2026-11-01", "2026-11-03");

        (run.State, run.Totals.Rows, run.Totals.Slices).ShouldBe(("completed", 3, 3));
        (
            await _host.AskAsync(
                "SELECT COUNT(*), COUNT(DISTINCT usage_date), SUM(output_tokens) FROM usage WHERE vendor = "
                    + "'anthropic' AND usage_date >= '2026-11-01'"))
            .ShouldHaveSingleItem().Select(GetInt64).ShouldBe([3, 2, 31307]);
        (
            await _host.AskAsync(
                "SELECT usage_date, state FROM current_slices WHERE report = 'messages_usage' AND usage_date >= "
                    + "'2026-11-01' ORDER BY usage_date"))
            .Select(row => (string)row[1]!).ShouldBe(["loaded", "empty", "loaded"]);
    }

    [Fact]
    public async Task The_default_workspace_and_the_others_are_each_counted_once_and_a_null_dimension_stays_null()
    {
        _host.Vendor.On(AnthropicCost, Answers.Read("Anthropic", "cost_report_grouped"));

        var run = await _host.PushedRunAsync("2026-11-04", "anthropic", "cost", "2026-11-01", "2026-11-02");

        (run.State, run.Totals.Rows, run.Totals.BilledUsd).ShouldBe(("completed", 3, 1.2628912m));
        (await _host.AskAsync("""
            SELECT sub_account_id, SUM(amount_usd) FROM daily_cost
            WHERE vendor = 'anthropic' AND usage_date BETWEEN '2026-11-01' AND '2026-11-02' GROUP BY ALL ORDER BY 2
            """)).ShouldBe([[null, 0.005m], ["wrkspc_01AAA", 1.2578912m]]);
        (await _host.CountAsync("cost WHERE line_item = 'Web Search Usage' AND model IS NULL AND service_tier IS NULL"))
            .ShouldBe(1);
    }

    [Fact]
    public async Task OpenAIs_documented_completions_are_split_into_disjoint_tokens()
    {
        _host.Vendor.On("/v1/organization/usage/completions", Answers.Read("OpenAI", "usage_completions"))
            .On("/v1/organization/usage/completions", LastPage, "page_AAAAAGdGxdEiJdKOAAAAAGcqsYA=");

        var window = await _host.WindowAsync("openai", "completions_usage", Day("2024-11-01"));

        window.State.ShouldBe("loaded");
        (await _host.AskAsync("""
            SELECT input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, requests, model, account_id
            FROM usage WHERE product = 'completions' AND usage_date = '2024-11-01'
            """)).ShouldHaveSingleItem().ShouldBe([500L, 400L, 100L, 500L, 5L, null, "acme"]);
    }

    [Theory]
    [InlineData("embeddings", 16L, 2L, null, null)]
    [InlineData("images", null, 2L, 2L, "images")]
    [InlineData("audio_speeches", null, 1L, 45L, "characters")]
    [InlineData("vector_stores", null, null, 1024L, "bytes")]
    [InlineData("web_search_calls", null, null, 2L, "calls")]
    public async Task OpenAIs_other_documented_usage_is_one_row(
        string endpoint, long? input, long? requests, long? quantity, string? unit)
    {
        _host.Vendor.On($"/v1/organization/usage/{endpoint}", Answers.Read("OpenAI", $"usage_{endpoint}"));

        var window = await _host.WindowAsync("openai", $"{endpoint}_usage", Day("2024-11-01"));

        window.State.ShouldBe("loaded");
        (
            await _host.AskAsync(
                "SELECT input_uncached_tokens, requests, quantity, quantity_unit FROM usage WHERE product = "
                    + $"'{endpoint}'"))
            .ShouldHaveSingleItem().ShouldBe([input, requests, quantity is null ? null : (decimal)quantity, unit]);
    }

    [Fact]
    public async Task OpenAIs_documented_costs_are_dollars_already()
    {
        _host.Vendor.On(OpenAICosts, Answers.Read("OpenAI", "costs"));

        var window = await _host.WindowAsync("openai", "cost", Day("2024-11-01"));

        window.BilledUsd.ShouldBe(0.06m);
        (
            await _host.ValueAsync(
                "SELECT SUM(amount_usd) FROM daily_cost WHERE vendor = 'openai' AND usage_date = '2024-11-01'"))
            .ShouldBe(0.06m);
    }

    [Fact]
    public async Task OpenAIs_grouped_costs_and_both_pages_of_completions_are_read_whole()
    {
        _host.Vendor.On(OpenAICosts, Answers.Read("OpenAI", "costs_grouped"))
            .On("/v1/organization/usage/completions", Answers.Read("OpenAI", "usage_completions_page1"))
            .On("/v1/organization/usage/completions", Answers.Read("OpenAI", "usage_completions_page2"), "page_2");

        var costs = await _host.PushedRunAsync("2026-11-03", "openai", "cost", "2026-11-01", "2026-11-01");
        var usage = await _host.PushedRunAsync("2026-11-05", "openai", "completions_usage", "2026-11-01", "2026-11-03");

        (costs.State, costs.Totals.Rows, costs.Totals.BilledUsd).ShouldBe(("completed", 3, 1.78m));
        (usage.State, usage.Totals.Rows).ShouldBe(("completed", 2));
        (
            await _host.AskAsync(
                "SELECT usage_date, output_tokens, is_batch FROM usage WHERE vendor = 'openai' AND usage_date >= "
                    + "'2026-11-01' ORDER BY 1"))
            .ShouldBe([[Day("2026-11-01"), 200L, false], [Day("2026-11-03"), 3L, true]]);
    }

    [Fact]
    public async Task The_names_behind_the_ids_are_in_entity()
    {
        const string end = """{"data":[],"has_more":false}""";
        _host.Vendor
            .On("/v1/organizations/me", Answers.Read("Anthropic", "organizations_me"))
            .On("/v1/organizations/workspaces", Answers.Read("Anthropic", "workspaces_list"))
            .On("/v1/organizations/workspaces", end, "last_id")
            .On("/v1/organizations/api_keys", Answers.Read("Anthropic", "api_keys_list"))
            .On("/v1/organizations/api_keys", end, "last_id")
            .On("/v1/organizations/users", Answers.Read("Anthropic", "users_list"))
            .On("/v1/organizations/users", end, "last_id")
            .On("/v1/organization/projects", Answers.Read("OpenAI", "projects_list"))
            .On("/v1/organization/users", Answers.Read("OpenAI", "users_list"))
            .On("/v1/organization/admin_api_keys", end)
            .On("/v1/organization/projects/proj_abc/api_keys", Answers.Read("OpenAI", "project_api_keys_list"))
            .On("/v1/organization/projects/proj_abc/service_accounts", end);

        var run = await _host.RunAsync("""{"reports":["names"]}""");

        run.State.ShouldBe("completed");
        (await _host.AskAsync("SELECT vendor, kind, id, name FROM entity ORDER BY ALL")).ShouldBe(
        [
            ["anthropic", "api_key", "apikey_01Rj2N8SVvo6BePZj99NhmiT", "Developer Key"],
            ["anthropic", "organization", ServiceHost.Organization, "Organization Name"],
            ["anthropic", "user", "user_01WCz1FkmYMm4gnmykNKUu3Q", "Jane Doe"],
            ["anthropic", "workspace", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", "Workspace Name"],
            ["openai", "api_key", "key_abc", "My API Key"],
            ["openai", "project", "proj_abc", "Project example"],
            ["openai", "user", "user_abc", "First Last"],
        ]);
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long GetInt64(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}

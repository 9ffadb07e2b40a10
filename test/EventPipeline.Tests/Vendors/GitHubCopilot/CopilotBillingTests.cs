using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;
using static EventPipeline.Tests.Vendors.GitHubCopilot.CopilotStub;

namespace EventPipeline.Tests.Vendors.GitHubCopilot;

/// <summary>AI credits and premium requests: the documented answers byte for byte, and odd ones.</summary>
public sealed class CopilotBillingTests : IDisposable
{
    private readonly CopilotStub _github = new();

    public void Dispose() => _github.Dispose();

    [Fact]
    public async Task The_documented_premium_requests_are_billed_dollars()
    {
        _github.On(Requests, Answers.Read("GitHubCopilot", "premium_request_usage_org"));

        var row = (await _github.RowsAsync<CostRecord>("premium_requests", "2025-11-20")).ShouldHaveSingleItem();

        (row.AmountUsd, row.ListUsd, row.DiscountUsd, row.Currency, row.Basis).ShouldBe((4m, 4m, 0m, "USD", "billed"));
        (row.Sku, row.Model, row.Quantity, row.QuantityUnit, row.UsageDate)
            .ShouldBe(("Copilot Premium Request", "GPT-5", 100m, "requests", new DateOnly(2025, 11, 20)));
        row.Dimensions!.Value.GetRawText().ShouldBe(
            """{"unitType":"requests","pricePerUnit":0.04,"discountQuantity":0,"netQuantity":100}""");
        _github.Vendor.Asked.ShouldBe([$"{Requests}?year=2025&month=11&day=20"]);
        _github.Bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("timePeriod names no day");
    }

    [Fact]
    public async Task The_documented_ai_credits_are_billed_dollars_whatever_the_unit_is_called()
    {
        _github.On(Credits, Answers.Read("GitHubCopilot", "ai_credit_usage_user"))
            .On(Credits, Bill("2025-11-20", Item(unit: "ai-units")))
            .On(Credits, Bill("2025-11-20", Item(unit: "something-new")));

        var documented = (await _github.RowsAsync<CostRecord>("ai_credits", "2025-11-20")).ShouldHaveSingleItem();
        var seen = (await _github.RowsAsync<CostRecord>("ai_credits", "2025-11-20")).ShouldHaveSingleItem();
        var other = (await _github.RowsAsync<CostRecord>("ai_credits", "2025-11-20")).ShouldHaveSingleItem();

        (documented.AmountUsd, documented.QuantityUnit).ShouldBe((1m, "ai_credits"));
        (seen.QuantityUnit, other.QuantityUnit).ShouldBe(("ai_credits", "something-new"));
    }

    [Fact]
    public async Task Every_day_is_asked_for_by_itself_and_a_day_without_rows_is_there()
    {
        _github.On(Credits, Bill("2026-11-20", Item(net: "0.07", gross: "1.5", discount: "1.43")))
            .On(Credits, Bill("2026-11-21"))
            .On(Credits, Bill("2026-11-22", Item(net: "-1.234567890123456789"), Item(model: "Claude")));

        var items = await _github.Bench.ReadAsync(Name, "ai_credits", "2026-11-20", "2026-11-22");

        items.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).ShouldBe([20, 21, 22]);
        var rows = items.OfType<CostRecord>().ToList();
        rows.Select(row => (row.UsageDate.Day, row.AmountUsd))
            .ShouldBe([(20, 0.07m), (22, -1.234567890123456789m), (22, 1m)]);
        (rows[0].ListUsd, rows[0].DiscountUsd).ShouldBe((1.5m, 1.43m));
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(3);
        _github.Vendor.Asked[2].ShouldBe($"{Credits}?year=2026&month=11&day=22");
        _github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"year":2026,"month":11}""", "year 2026, the month 11 and the day :")]
    [InlineData("""{"year":2026,"month":11,"day":19}""", "the day 19: the amounts are not those of the day")]
    [InlineData("""{"year":2025}""", "year 2025")]
    public async Task What_is_about_another_time_is_not_taken_for_the_day(string period, string said)
    {
        _github.On(Credits, $$"""{"timePeriod":{{period}},"organization":"acme","usageItems":[{{Item()}}]}""");

        var rejected = await _github.Bench.RejectedAsync(Name, "ai_credits", "2026-11-20", "2026-11-20");

        rejected.Cause.ShouldBe(RejectionCause.BrokenContract);
        rejected.Message.ShouldContain("the bill of 2026-11-20 was asked for");
        rejected.Message.ShouldContain(said);
    }

    [Fact]
    public async Task One_thing_at_two_prices_is_two_rows_and_what_is_new_is_noted()
    {
        var one = Item();
        var other = Item().Replace("0.01", "0.02", StringComparison.Ordinal);
        var tiered = Item().Replace("}", ",\"tier\":\"x\"}", StringComparison.Ordinal);
        _github.On(Credits, Bill("2026-11-20", one, other, tiered));

        var rows = await _github.RowsAsync<CostRecord>("ai_credits", "2026-11-20");

        rows[0].Words.ShouldNotBe(rows[1].Words);
        rows[0].RowKey.ShouldBe(rows[1].RowKey, "A price is no part of what a row is about.");
        _github.Bench.Drift.Notes.ShouldBe(["usageItems[].tier"]);
    }

    [Fact]
    public async Task An_amount_that_is_missing_is_no_zero()
    {
        _github.On(Credits, Bill("2026-11-20", Item().Replace("netAmount", "net_amount", StringComparison.Ordinal)));

        (await _github.Bench.RejectedAsync(Name, "ai_credits", "2026-11-20", "2026-11-20")).Message
            .ShouldContain("'usageItems[].netAmount' is missing");
    }

    [Fact]
    public async Task An_enterprise_has_addresses_of_its_own()
    {
        using var github = new CopilotStub(kind: "enterprises");
        const string path = "/enterprises/acme/settings/billing/ai_credit/usage";
        github.On(path, Bill("2026-11-20", Item()).Replace("organization", "enterprise", StringComparison.Ordinal));

        (await github.RowsAsync<CostRecord>("ai_credits", "2026-11-20")).ShouldHaveSingleItem().AmountUsd.ShouldBe(1m);

        github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task What_a_token_may_not_see_is_said_to_be_its_fault(HttpStatusCode status)
    {
        _github.On(
            Credits, """{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}""", status);

        var rejected = await _github.Bench.RejectedAsync(Name, "ai_credits", "2026-11-20", "2026-11-20");

        rejected.Cause.ShouldBe(RejectionCause.Credential);
        rejected.Hint!.ShouldContain("GitHub answers 404 for what a token may not see");
        rejected.Message.ShouldContain("https://docs.github.com/rest");
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, true)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.Forbidden, false)]
    [InlineData(HttpStatusCode.TooManyRequests, false)]
    public async Task A_limit_is_waited_for_whatever_its_status(HttpStatusCode status, bool isSecondary)
    {
        var clock = new WaitingClock();
        using var github = new CopilotStub(clock);
        var reset = VendorBench.Now.AddSeconds(45).ToUnixTimeSeconds();
        github
            .On(
                Credits,
                """{"message":"You have exceeded a rate limit."}""",
                status,
                isSecondary
                    ? [("Retry-After", "45")]
                    : [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", $"{reset}")])
            .On(Credits, Bill("2026-11-20", Item()));

        var reading = github.RowsAsync<CostRecord>("ai_credits", "2026-11-20");
        await clock.PassAsync(45);

        (await reading).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_limit_that_only_its_words_tell_is_no_fault_of_the_token()
    {
        _github.On(
            Credits, """{"message":"You have exceeded a secondary rate limit."}""", HttpStatusCode.Forbidden);

        var failure = await _github.Bench.TransientAsync(Name, "ai_credits", "2026-11-20", "2026-11-20");

        failure.IsHeldOff.ShouldBeTrue();
        failure.Message.ShouldContain("secondary rate limit");
    }

    [Theory]
    [InlineData("ghp_0123456789abcdefghij", "a classic personal access token")]
    [InlineData("github_pat_0123456789_abcdefghij", "a fine-grained personal access token")]
    [InlineData("gho_0123456789abcdefghij", "a token of an OAuth app")]
    [InlineData("ghu_0123456789abcdefghij", "a token of a GitHub App for a person")]
    [InlineData("ghs_0123456789abcdefghij", "an installation token of a GitHub App")]
    [InlineData("ghr_0123456789abcdefghij", "a refresh token of a GitHub App")]
    public async Task A_token_is_recognised_by_its_beginning_and_never_quoted(string token, string kind)
    {
        _github.On(Credits, $$"""{"message":"No {{token}}","documentation_url":"x"}""", HttpStatusCode.Forbidden);
        var day = new DateOnly(2026, 11, 20);
        var fetch = new FetchContext(
            new Window(Name, "acme", "ai_credits", day, day),
            _github.Bench.Account(Name, secret: token),
            "acme",
            VendorBench.Now.AddMinutes(9),
            (_, _) => ValueTask.CompletedTask,
            _github.Bench.Drift);

        var rejected = await Should.ThrowAsync<RejectedEventException>(async () =>
        {
            await foreach (
                var _ in _github.Bench.Connector(Name).FetchAsync(fetch, TestContext.Current.CancellationToken))
            {
            }
        });

        rejected.Hint!.ShouldContain($"it looks like {kind}");
        $"{rejected.Message} {rejected.Hint}".ShouldNotContain("0123456789");
    }

    [Fact]
    public async Task Requests_carry_the_token_the_media_type_and_the_version_of_the_api()
    {
        _github.On(Credits, Bill("2026-11-20"));

        await _github.RowsAsync<CostRecord>("ai_credits", "2026-11-20");

        var headers = _github.Vendor.Headers[0];
        headers.Authorization!.ToString().ShouldBe($"Bearer {VendorBench.Secret}");
        headers.Accept.ToString().ShouldBe("application/vnd.github+json");
        headers.GetValues("X-GitHub-Api-Version").ShouldBe(["2022-11-28"]);
    }

    [Fact]
    public async Task An_organization_is_known_by_its_permanent_id_and_an_enterprise_by_its_reports()
    {
        _github.On("/orgs/acme", """{"login":"acme","id":4711}""")
            .On("/orgs/acme", """{"message":"Not Found","documentation_url":"x"}""", HttpStatusCode.NotFound);

        (await IdentifyAsync(_github)).ShouldBe(new OrganizationIds("4711", null));
        (await IdentifyAsync(_github)).ShouldBe(OrganizationIds.None);
        using var enterprise = new CopilotStub(kind: "enterprises");
        (await IdentifyAsync(enterprise)).ShouldBe(OrganizationIds.None);
        enterprise.Vendor.Asked.ShouldBeEmpty();
    }

    private static Task<OrganizationIds> IdentifyAsync(CopilotStub github) => github.Bench.Connector(Name)
        .IdentifyAsync(github.Bench.Account(Name), TestContext.Current.CancellationToken);

    private static string Bill(string day, params IEnumerable<string> items)
    {
        var date = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture);
        return $$$"""
            {"timePeriod":{"year":{{{date.Year}}},"month":{{{date.Month}}},"day":{{{date.Day}}}},"organization":"acme","usageItems":[{{{string.Join(',', items)}}}]}
            """;
    }

    private static string Item(
        string unit = "ai-credits",
        string model = "GPT-5",
        string net = "1",
        string gross = "1",
        string discount = "0") =>
        $$"""
        {"product":"Copilot AI Credits","sku":"AI Credit","model":"{{model}}","unitType":"{{unit}}","pricePerUnit":0.01,"grossQuantity":100,"grossAmount":{{gross}},"discountQuantity":0,"discountAmount":{{discount}},"netQuantity":100,"netAmount":{{net}}}
        """;
}

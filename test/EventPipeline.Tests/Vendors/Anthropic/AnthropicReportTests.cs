using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

public sealed class AnthropicReportTests : IDisposable
{
    private const string Usage = "/v1/organizations/usage_report/messages";
    private const string Cost = "/v1/organizations/cost_report";
    private const string NoMore = """{ "data": [], "has_more": false, "next_page": null }""";
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public AnthropicReportTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_documented_usage_answer_becomes_one_row_and_its_next_page_is_read()
    {
        _vendor.On(Usage, Read("usage_report_messages")).On(Usage, NoMore);

        var items = await _bench.ReadAsync("anthropic", "messages_usage", "2025-08-01", "2025-08-01");

        items.Count.ShouldBe(2);
        items[0].ShouldBe(new BucketArrived(new DateOnly(2025, 8, 1)));
        var row = items[1].ShouldBeOfType<UsageRecord>();
        row.InputUncachedTokens.ShouldBe(1500);
        row.CacheWriteTokens.ShouldBe(1500);
        row.CacheWrite1hTokens.ShouldBe(1000);
        row.CacheWrite5mTokens.ShouldBe(500);
        row.CacheReadTokens.ShouldBe(200);
        row.OutputTokens.ShouldBe(500);
        row.Tokens.ShouldBe(3700);
        row.Quantity.ShouldBe(10);
        row.QuantityUnit.ShouldBe("web_search_requests");
        row.ActorType.ShouldBe("user");
        row.ActorId.ShouldBe("user_01WCz1FkmYMm4gnmykNKUu3Q");
        row.Dimensions!.Value.GetRawText().ShouldBe(
            """{"account_id":"user_01WCz1FkmYMm4gnmykNKUu3Q","service_account_id":"svac_01Hk3R9TWxq7CfQak00OiVw4"}""");
        row.IsBatch.ShouldBe(false);
        row.Region.ShouldBe("global");
        row.Requests.ShouldBeNull();
        row.AccountId.ShouldBe("org-1");
        _vendor.Asked[0].ShouldBe(
            "/v1/organizations/usage_report/messages?starting_at=2025-08-01T00:00:00Z&ending_at=2025-08-02T00:00:00Z"
                + "&bucket_width=1d&limit=1"
            + "&group_by[]=account_id&group_by[]=service_account_id&group_by[]=api_key_id&group_by[]=workspace_id"
            + "&group_by[]=model"
            + "&group_by[]=service_tier&group_by[]=context_window&group_by[]=inference_geo&group_by[]=speed");
        _vendor.Asked[1].ShouldBe(_vendor.Asked[0] + "&page=page_MjAyNS0wNS0xNFQwMDowMDowMFo=");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_request_carries_the_credential_the_version_and_who_is_asking()
    {
        _vendor.On(Usage, NoMore);

        await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-01", "2026-11-01");

        var headers = _vendor.Headers.ShouldHaveSingleItem();
        headers.GetValues("x-api-key").ShouldBe([VendorBench.Secret]);
        headers.GetValues("anthropic-version").ShouldBe(["2023-06-01"]);
        headers.GetValues("anthropic-beta").ShouldBe(["fast-mode-2026-02-01"]);
        headers.UserAgent.ToString().ShouldBe("EventPipeline/0.1.0 (+https://github.com/eventpipeline/eventpipeline)");
    }

    [Fact]
    public async Task An_oauth_token_travels_as_bearer()
    {
        _vendor.On("/v1/organizations/me", Read("organizations_me"));

        var told = await _bench.Connector("anthropic").IdentifyAsync(
            _bench.Account("anthropic", secret: "sk-ant-oat01-token"), TestContext.Current.CancellationToken);

        told.Id.ShouldBe("12345678-1234-5678-1234-567812345678");
        _vendor.Headers[0].Authorization!.ToString().ShouldBe("Bearer sk-ant-oat01-token");
        _vendor.Headers[0].Contains("x-api-key").ShouldBeFalse();
    }

    [Fact]
    public async Task An_organization_that_is_not_told_is_none()
    {
        _vendor.On("/v1/organizations/me", Read("error_404"), HttpStatusCode.NotFound);

        (
            await _bench.Connector("anthropic")
                .IdentifyAsync(_bench.Account("anthropic"), TestContext.Current.CancellationToken))
            .ShouldBe(OrganizationIds.None);
    }

    [Fact]
    public async Task Two_pages_with_an_empty_day_between_are_three_rows_on_three_days_that_arrived()
    {
        _vendor.On(Usage, Read("usage_report_messages_page1")).On(Usage, Read("usage_report_messages_page2"));

        var items = await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-01", "2026-11-03");

        items.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).ShouldBe([1, 2, 3]);
        var rows = items.OfType<UsageRecord>().ToList();
        rows.Count.ShouldBe(3);
        rows.Sum(row => row.OutputTokens).ShouldBe(31307);
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(3);
        rows[2].IsBatch.ShouldBe(true);

        // Default workspace and Playground: null with a meaning, kept.
        rows[1].SubAccountId.ShouldBeNull();
        rows[1].ApiKeyId.ShouldBeNull();
        rows[1].Dimensions.ShouldBeNull();
        _bench.Kept.Select(part => (part.PageNo, part.PartNo, part.HttpStatus)).ShouldBe([(1, 1, 200), (2, 1, 200)]);
        _bench.Kept[0].Payload.ShouldBe(Read("usage_report_messages_page1"));
        _bench.Kept[1].Payload.ShouldBe(Read("usage_report_messages_page2"));
        _bench.Kept[0].RequestHash.ShouldNotBe(_bench.Kept[1].RequestHash);
    }

    [Fact]
    public async Task The_documented_cost_answer_is_read_in_cents()
    {
        _vendor.On(Cost, Read("cost_report")).On(Cost, NoMore);

        var items = await _bench.ReadAsync("anthropic", "cost", "2025-08-01", "2025-08-01");

        var row = items.OfType<CostRecord>().ShouldHaveSingleItem();
        row.AmountUsd.ShouldBe(1.2378912m);
        row.Basis.ShouldBe(CostBasis.Billed);
        row.LineItem.ShouldBe("Claude Sonnet 4 Usage - Input Tokens");
        row.Model.ShouldBe("claude-opus-4-6");
        row.TokenType.ShouldBe("uncached_input_tokens");
        _vendor.Asked[0].ShouldEndWith("&group_by[]=workspace_id&group_by[]=description");
    }

    [Fact]
    public async Task Sub_cent_amounts_add_up_exactly()
    {
        _vendor.On(Cost, Read("cost_report_grouped"));

        var items = await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-02");

        var rows = items.OfType<CostRecord>().ToList();
        rows.Count.ShouldBe(3);
        rows.Sum(row => row.AmountUsd).ShouldBe(1.2628912m);
        items.OfType<BucketArrived>().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("\"-250.5\"", -2.505)]
    [InlineData("250.5", 2.505)]
    [InlineData("\"1e2\"", 1)]
    public async Task An_amount_may_be_negative_or_a_number(string amount, double expected)
    {
        _vendor.On(Cost, CostPage($$"""{ "amount": {{amount}}, "currency": "USD" }"""));

        var items = await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        items.OfType<CostRecord>().Single().AmountUsd.ShouldBe((decimal)expected);
    }

    [Theory]
    [InlineData("""{ "amount": "1", "currency": "EUR" }""", "currency")]
    [InlineData("""{ "amount": "1" }""", "currency")]
    [InlineData("""{ "amount": null, "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": "1,5", "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": "NaN", "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": true, "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": "1e25", "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": "1", "amount": "2", "currency": "USD" }""", "amount")]
    [InlineData("""{ "amount": "1", "currency": "USD", "model": 5 }""", "model")]
    [InlineData("""{ "amount": "1", "currency": "USD", "description": "\ud800" }""", "description")]
    [InlineData("""17""", "results[]")]
    public async Task A_cost_row_that_breaks_the_contract_names_field_and_day(string row, string field)
    {
        _vendor.On(Cost, CostPage(row));

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.BrokenContract);
        failure.Message.ShouldStartWith("anthropic/acme/cost 2026-11-01..2026-11-01: ");
        failure.Message.ShouldContain(field);
    }

    [Fact]
    public async Task Digits_beyond_eighteen_decimals_are_counted()
    {
        _vendor.On(Cost, CostPage(
            """{ "amount": "0.12345678901234567890", "currency": "USD" }, { "amount": "1.000000000000000000000", "currency": "USD", "model": "m" }"""));

        var items = await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        items.OfType<CostRecord>().First().AmountUsd.ShouldBe(0.001234567890123457m);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldStartWith("1 amounts rounded");
    }

    [Theory]
    [InlineData("uncached_input_tokens")]
    [InlineData("cache_read_input_tokens")]
    [InlineData("output_tokens")]
    [InlineData("cache_creation")]
    [InlineData("ephemeral_5m_input_tokens")]
    [InlineData("ephemeral_1h_input_tokens")]
    [InlineData("server_tool_use")]
    [InlineData("web_search_requests")]
    public async Task A_usage_row_without_a_required_field_is_rejected_by_name(string field)
    {
        _vendor.On(
            Usage,
            Read("usage_report_messages_page2").Replace($"\"{field}\"", $"\"not_{field}\"", StringComparison.Ordinal));

        var failure = await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03");

        failure.Message.ShouldContain(field);
        failure.Message.ShouldContain("2026-11-03");
    }

    [Theory]
    [InlineData("7.0", 7L)]
    [InlineData("1e3", 1000L)]
    [InlineData("0.7e1", 7L)]
    [InlineData("9223372036854775807", null)]
    [InlineData("-0", 0L)]
    [InlineData("7.5", null)]
    [InlineData("\"7\"", null)]
    [InlineData("true", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1e400", null)]
    [InlineData("7.0000000000000000000001", null)]
    public async Task A_count_is_a_whole_number_or_breaks_the_contract(string text, long? expected)
    {
        _vendor.On(
            Usage,
            Read("usage_report_messages_page2")
                .Replace("\"output_tokens\": 7", $"\"output_tokens\": {text}", StringComparison.Ordinal));

        if (expected is null)
        {
            // The largest number alone fits; with the input it does not.
            (await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03")).Cause
                .ShouldBe(RejectionCause.BrokenContract);
        }
        else
        {
            var items = await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03");
            items.OfType<UsageRecord>().Single().OutputTokens.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Fields_the_documentation_does_not_know_are_noted_and_accepted()
    {
        _vendor.On(Usage, """
            { "brand": 1, "data": [ { "starting_at": "2026-11-01T00:00:00Z", "ending_at": "2026-11-02T00:00:00Z", "colour": [1, {}], "results": [
                { "uncached_input_tokens": 1, "cache_creation": { "ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1, "ephemeral_1d_input_tokens": 1 },
                  "cache_read_input_tokens": 1, "output_tokens": 1, "server_tool_use": { "web_search_requests": 0, "x": null },
                  "service_tier": "brand_new_tier", "speed": "fast", "requests": 5 } ] } ],
              "has_more": false, "next_page": null }
            """);

        var items = await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-01", "2026-11-01");

        var row = items.OfType<UsageRecord>().Single();
        row.ServiceTier.ShouldBe("brand_new_tier");
        row.Dimensions!.Value.GetRawText().ShouldBe("""{"speed":"fast"}""");
        _bench.Drift.Notes.ShouldBe(
        [
            "brand",
            "data[].colour",
            "data[].results[].cache_creation.ephemeral_1d_input_tokens",
            "data[].results[].requests",
            "data[].results[].server_tool_use.x",
        ]);
    }

    [Fact]
    public async Task A_refused_grouping_falls_back_to_a_coarser_grain_with_its_own_keys()
    {
        const string refusal = """{"type":"error","error":{"type":"invalid_request_error","message":"too many dimensions"},"request_id":"req_1"}""";
        var page = Read("usage_report_messages_page2");
        _vendor.On(Usage, page);
        var fine = (await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03"))
            .OfType<UsageRecord>()
            .Single();
        _vendor.Asked.Clear();
        _vendor
            .On(Usage, refusal, HttpStatusCode.BadRequest)
            .On(Usage, refusal, HttpStatusCode.BadRequest)
            .On(Usage, page);

        var coarse = (await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03"))
            .OfType<UsageRecord>()
            .Single();

        coarse.Grain.ShouldNotBe(fine.Grain);
        coarse.RowKey.ShouldNotBe(fine.RowKey);
        _vendor.Asked[1].ShouldNotContain("speed");
        _vendor.Headers[^1].Contains("anthropic-beta").ShouldBeFalse();
        _vendor.Asked[2].ShouldEndWith(
            "&group_by[]=api_key_id&group_by[]=workspace_id&group_by[]=model&group_by[]=service_tier"
                + "&group_by[]=context_window");
        _bench.Drift.Notes.Count(note => note.Contains("too many dimensions", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task When_every_grouping_is_refused_the_vendor_is_quoted()
    {
        for (var i = 0; i < 4; i++)
        {
            _vendor.On(Usage, """{"type":"error","error":{"type":"invalid_request_error","message":"group_by: no"},"request_id":"req_1"}""", HttpStatusCode.BadRequest);
        }

        var failure = await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldBe(
            "anthropic/acme/messages_usage 2026-11-03..2026-11-03: the vendor answered 400 to GET "
                + "v1/organizations/usage_report/messages: "
            + "group_by: no (invalid_request_error, request req_1).");
        _vendor.Asked.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData(
        "group_by.0: Input should be 'account_id', 'api_key_id', 'model' or 'workspace_id'", "workspace_model.v1")]
    [InlineData("Too many groups: ask for fewer", "all_dimensions.v1")]
    [InlineData("group_by[]: `speed` is not enabled for this organization", "all_dimensions.v1")]
    [InlineData("Unexpected value(s) `fast-mode-2026-02-01` for the `anthropic-beta` header.", "all_dimensions.v1")]
    [InlineData("inference_geo cannot be combined with api_key_id", "api_key_workspace_model_tier_context.v1")]
    public async Task A_refusal_leads_to_the_finest_grain_without_what_it_names(string message, string grain)
    {
        var refusal = $$"""{"type":"error","error":{"type":"invalid_request_error","message":"{{message}}"},"request_id":"req_1"}""";
        _vendor.On(Usage, refusal, HttpStatusCode.BadRequest).On(Usage, Read("usage_report_messages_page2"));

        (await _bench.ReadAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03"))
            .OfType<UsageRecord>()
            .Single().Grain
            .ShouldBe(grain);
    }

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"starting_at: must be within the last 365 days"}}""")]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to use this model."}}""")]
    [InlineData("""{"type":"error","error":{"type":"billing_error","message":"group_by is not part of your plan"}}""")]
    [InlineData("""{"message":"group_by was blocked by the firewall"}""")]
    [InlineData("<html><body>400 Bad Request: group_by[]=model</body></html>")]
    [InlineData("")]
    public async Task A_400_that_is_about_something_else_is_no_reason_to_group_otherwise(string body)
    {
        _vendor.On(Usage, body, HttpStatusCode.BadRequest);

        (await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03")).Cause
            .ShouldBe(RejectionCause.VendorRefused);
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_beta_that_is_refused_where_none_was_sent_is_no_reason_to_group_otherwise()
    {
        const string refusal = """{"type":"error","error":{"type":"invalid_request_error","message":"anthropic-beta: unknown value"}}""";
        _vendor.On(Usage, refusal, HttpStatusCode.BadRequest).On(Usage, refusal, HttpStatusCode.BadRequest);

        await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-03", "2026-11-03");
        _vendor.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_400_on_a_later_page_is_no_reason_to_group_otherwise()
    {
        _vendor.On(Usage, Read("usage_report_messages_page1")).On(Usage, "{}", HttpStatusCode.BadRequest);

        (await _bench.RejectedAsync("anthropic", "messages_usage", "2026-11-01", "2026-11-03")).Cause
            .ShouldBe(RejectionCause.VendorRefused);
        _vendor.Asked.Count.ShouldBe(2);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Read(string name) => Answers.Read("Anthropic", name);

    private static string CostPage(string rows) => $$"""
        { "data": [ { "starting_at": "2026-11-01T00:00:00Z", "ending_at": "2026-11-02T00:00:00Z", "results": [ {{rows}} ] } ],
          "has_more": false, "next_page": null }
        """;
}

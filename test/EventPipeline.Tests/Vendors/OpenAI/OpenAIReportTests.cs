using System.Globalization;
using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.OpenAI;

public sealed class OpenAIReportTests : IDisposable
{
    private const string Completions = "/v1/organization/usage/completions";
    private const string Costs = "/v1/organization/costs";
    private const string Decisions = "/v1/organization/usage/decisions";
    private const string NoMore = """{ "object": "page", "data": [], "has_more": false, "next_page": null }""";
    private const string Refusal = """{ "error": { "message": "unsupported group_by", "type": "invalid_request_error", "param": "group_by", "code": null } }""";
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public OpenAIReportTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_documented_completions_answer_becomes_disjoint_tokens()
    {
        _vendor.On(Completions, Read("usage_completions")).On(Completions, NoMore);

        var items = await _bench.ReadAsync("openai", "completions_usage", "2024-11-01", "2024-11-01");

        items[0].ShouldBe(new BucketArrived(new DateOnly(2024, 11, 1)));
        var row = items.OfType<UsageRecord>().ShouldHaveSingleItem();
        row.InputUncachedTokens.ShouldBe(500);
        row.CacheReadTokens.ShouldBe(400);
        row.CacheWriteTokens.ShouldBe(100);
        row.OutputTokens.ShouldBe(500);
        row.Requests.ShouldBe(5);
        row.Tokens.ShouldBe(1500);
        row.Product.ShouldBe("completions");
        row.IsBatch.ShouldBeNull();
        row.Dimensions!.Value.GetProperty("input_cached_text_tokens").GetInt64().ShouldBe(300);
        _bench.Drift.Notes.ShouldBeEmpty();
        _vendor.Asked[0].ShouldBe(
            "/v1/organization/usage/completions?start_time=1730419200&end_time=1730505600&bucket_width=1d&limit=1"
            + "&group_by=project_id&group_by=user_id&group_by=api_key_id&group_by=model&group_by=batch"
            + "&group_by=service_tier&group_by=api_source");
        _vendor.Asked[1].ShouldBe(_vendor.Asked[0] + "&page=page_AAAAAGdGxdEiJdKOAAAAAGcqsYA=");
        _vendor.Headers[0].Authorization!.ToString().ShouldBe($"Bearer {VendorBench.Secret}");
    }

    [Fact]
    public async Task The_input_is_the_truth_where_the_vendors_own_split_disagrees()
    {
        _vendor.On(Completions, Read("usage_completions_page1")).On(Completions, Read("usage_completions_page2"));

        var items = await _bench.ReadAsync("openai", "completions_usage", "2026-11-01", "2026-11-03");

        var rows = items.OfType<UsageRecord>().ToList();
        rows.Count.ShouldBe(2);
        items.OfType<BucketArrived>().Count().ShouldBe(3);
        rows[0].SubAccountId.ShouldBe("proj_abc");
        rows[0].ActorId.ShouldBe("user_abc");
        rows[0].IsBatch.ShouldBe(false);
        rows[1].InputUncachedTokens.ShouldBe(10);
        rows[1].ActorType.ShouldBeNull();
        rows[1].IsBatch.ShouldBe(true);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("input_uncached_tokens");
    }

    [Fact]
    public async Task Without_the_newer_fields_cache_writes_are_unknown_not_zero()
    {
        _vendor.On(Completions, Page("""{ "input_tokens": 10, "input_cached_tokens": 4, "output_tokens": 1, "num_model_requests": 1 }"""));

        var row = (await _bench.ReadAsync("openai", "completions_usage", "2026-11-01", "2026-11-01"))
            .OfType<UsageRecord>()
            .Single();

        row.InputUncachedTokens.ShouldBe(6);
        row.CacheReadTokens.ShouldBe(4);
        row.CacheWriteTokens.ShouldBeNull();
    }

    [Fact]
    public async Task More_cached_than_input_tokens_break_the_contract()
    {
        _vendor.On(Completions, Page("""{ "input_tokens": 3, "input_cached_tokens": 4, "output_tokens": 1, "num_model_requests": 1 }"""));

        (await _bench.RejectedAsync("openai", "completions_usage", "2026-11-01", "2026-11-01")).Message
            .ShouldContain("input_tokens");
    }

    [Theory]
    [InlineData("embeddings", "usage_embeddings", 16L, 2L, null, null)]
    [InlineData("images", "usage_images", null, 2L, 2, "images")]
    [InlineData("audio_speeches", "usage_audio_speeches", null, 1L, 45, "characters")]
    [InlineData("vector_stores", "usage_vector_stores", null, null, 1024, "bytes")]
    [InlineData("web_search_calls", "usage_web_search_calls", null, null, 2, "calls")]
    public async Task Each_documented_usage_answer_is_read_in_its_unit(
        string endpoint, string answer, long? tokens, long? requests, int? quantity, string? unit)
    {
        _vendor.On($"/v1/organization/usage/{endpoint}", Read(answer));

        var items = await _bench.ReadAsync("openai", $"{endpoint}_usage", "2024-11-01", "2024-11-01");

        var row = items.OfType<UsageRecord>().ShouldHaveSingleItem();
        row.InputUncachedTokens.ShouldBe(tokens);
        row.Requests.ShouldBe(requests);
        row.Quantity.ShouldBe(quantity);
        row.QuantityUnit.ShouldBe(unit);
        row.Product.ShouldBe(endpoint);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_of_web_search_that_completions_count_too_stay_a_dimension()
    {
        _vendor.On("/v1/organization/usage/web_search_calls", Page("""{ "num_requests": 3, "num_model_requests": 2, "context_level": "low" }"""));

        var row = (await _bench.ReadAsync("openai", "web_search_calls_usage", "2026-11-01", "2026-11-01"))
            .OfType<UsageRecord>()
            .Single();

        (row.Requests, row.Quantity).ShouldBe((null, 3m));
        row.Dimensions!.Value.GetRawText().ShouldBe("""{"context_level":"low","num_model_requests":2}""");
    }

    [Theory]
    [InlineData(
        "completions",
        "input_tokens,output_tokens,num_model_requests",
        "project_id,user_id,api_key_id,model,batch,service_tier,api_source")]
    [InlineData(
        "decisions",
        "input_tokens,output_tokens,num_model_requests",
        "project_id,user_id,api_key_id,model,batch,service_tier,api_source")]
    [InlineData("embeddings", "input_tokens,num_model_requests", "project_id,user_id,api_key_id,model")]
    [InlineData("moderations", "input_tokens,num_model_requests", "project_id,user_id,api_key_id,model")]
    [InlineData("images", "images,num_model_requests", "project_id,user_id,api_key_id,model,size,source")]
    [InlineData("audio_speeches", "characters,num_model_requests", "project_id,user_id,api_key_id,model")]
    [InlineData("audio_transcriptions", "seconds,num_model_requests", "project_id,user_id,api_key_id,model")]
    [InlineData("vector_stores", "usage_bytes", "project_id")]
    [InlineData("code_interpreter_sessions", "num_sessions", "project_id")]
    [InlineData(
        "web_search_calls",
        "num_requests,num_model_requests",
        "project_id,user_id,api_key_id,model,context_level,api_source")]
    [InlineData("file_search_calls", "num_requests", "project_id,user_id,api_key_id,vector_store_id")]
    public async Task Each_endpoint_wants_its_required_numbers_and_asks_for_every_dimension(
        string endpoint, string required, string dimensions)
    {
        var fields = required.Split(',').Select(name => $"\"{name}\": 3").ToList();
        var path = $"/v1/organization/usage/{endpoint}";
        foreach (var left in Enumerable.Range(-1, fields.Count + 1))
        {
            _vendor.On(path, Page($"{{ {string.Join(',', fields.Where((_, index) => index != left))} }}"));
        }

        (await _bench.ReadAsync("openai", $"{endpoint}_usage", "2026-11-01", "2026-11-01")).Count.ShouldBe(2);
        _vendor.Asked[0].ShouldEndWith(string.Concat(dimensions.Split(',').Select(name => $"&group_by={name}")));
        foreach (var name in required.Split(','))
        {
            (await _bench.RejectedAsync("openai", $"{endpoint}_usage", "2026-11-01", "2026-11-01")).Message
                .ShouldContain($".{name}'");
        }
    }

    [Fact]
    public async Task Rows_that_differ_in_one_dimension_have_keys_of_their_own()
    {
        string[] rows =
        [
            """{ "images": 1, "num_model_requests": 1, "size": "256x256" }""",
            """{ "images": 1, "num_model_requests": 1, "size": "512x512" }""",
            """{ "images": 1, "num_model_requests": 1, "size": null }""",
            """{ "images": 1, "num_model_requests": 1, "size": "" }""",
            """{ "images": 1, "num_model_requests": 1, "source": "256x256" }""",
        ];
        _vendor.On("/v1/organization/usage/images", Page(string.Join(',', rows)));

        var items = await _bench.ReadAsync("openai", "images_usage", "2026-11-01", "2026-11-01");

        items.OfType<UsageRecord>().Select(row => row.RowKey).Distinct().Count().ShouldBe(5);
        items.OfType<UsageRecord>().First().Dimensions!.Value.GetRawText().ShouldBe("""{"size":"256x256"}""");
    }

    [Fact]
    public async Task The_documented_costs_are_dollars()
    {
        _vendor.On(Costs, Read("costs"));

        var row = (await _bench.ReadAsync("openai", "cost", "2024-11-01", "2024-11-01"))
            .OfType<CostRecord>()
            .ShouldHaveSingleItem();

        row.AmountUsd.ShouldBe(0.06m);
        row.Currency.ShouldBe("USD");
        row.Basis.ShouldBe(CostBasis.Billed);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Grouped_costs_keep_line_quantity_and_unit()
    {
        _vendor.On(Costs, Read("costs_grouped"));

        var rows = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().ToList();

        rows.Count.ShouldBe(3);
        rows.Sum(row => row.AmountUsd).ShouldBe(1.78m);
        (rows[0].LineItem, rows[0].Quantity, rows[0].QuantityUnit)
            .ShouldBe(("gpt-5-2026-03-01, input", 500000m, "tokens"));
        rows[2].SubAccountId.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"0.0000012345678901\"", "0.0000012345678901")]
    [InlineData("-3.5", "-3.5")]
    [InlineData("1.5e-7", "0.00000015")]
    public async Task An_amount_may_be_text_negative_or_tiny(string value, string expected)
    {
        _vendor.On(Costs, Page($$"""{ "amount": { "value": {{value}}, "currency": "USD" } }"""));

        var row = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Single();

        row.AmountUsd.ToString(CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Theory]
    [InlineData("{}", "amount")]
    [InlineData("""{ "amount": { "currency": "usd" } }""", "value")]
    [InlineData("""{ "amount": { "value": 1 } }""", "currency")]
    [InlineData("""{ "amount": { "value": 1, "currency": "eur" } }""", "currency")]
    [InlineData("""{ "amount": 1 }""", "amount")]
    public async Task A_cost_without_amount_or_in_another_currency_is_rejected(string row, string field)
    {
        _vendor.On(Costs, Page(row));

        (await _bench.RejectedAsync("openai", "cost", "2026-11-01", "2026-11-01")).Message.ShouldContain(field);
    }

    [Theory]
    [InlineData("unsupported group_by", "project_line_item_api_key_user.v1")]
    [InlineData("group_by=api_key_id is not available", "project_line_item_user_api_source.v1")]
    [InlineData("user_id together with project_id is not supported", "project_line_item_api_key_api_source.v1")]
    public async Task Costs_that_cannot_be_grouped_so_are_a_grain_of_their_own(string message, string grain)
    {
        var refusal = Refusal.Replace("unsupported group_by", message, StringComparison.Ordinal);
        _vendor.On(Costs, refusal, HttpStatusCode.BadRequest).On(Costs, Read("costs_grouped"));

        var rows = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().ToList();

        rows.Count.ShouldBe(3);
        rows.ShouldAllBe(row => row.Grain == grain);
        _vendor.Asked[0].ShouldEndWith(
            "&group_by=project_id&group_by=line_item&group_by=api_key_id&group_by=user_id&group_by=api_source");
    }

    [Fact]
    public async Task Costs_that_can_be_grouped_by_project_and_line_alone_keep_the_keys_of_that_grain()
    {
        for (var i = 0; i < 3; i++)
        {
            _vendor.On(Costs, Refusal, HttpStatusCode.BadRequest);
        }

        _vendor.On(Costs, Read("costs_grouped"));

        var rows = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().ToList();

        rows.ShouldAllBe(row => row.Grain == "project_line_item.v1");
        _vendor.Asked[3].ShouldEndWith("&limit=1&group_by=project_id&group_by=line_item");
    }

    [Theory]
    [InlineData("gpt-5-2026-03-01, cached input", "gpt-5-2026-03-01")]
    [InlineData("gpt-6-astra, input_tokens", "gpt-6-astra")]
    [InlineData("ft:gpt-4o-mini-2024-07-18:acme::abc, input, batch", "ft:gpt-4o-mini-2024-07-18:acme::abc")]
    [InlineData("computer-use-preview, output", "computer-use-preview")]
    [InlineData("gpt-image-1, 1024x1024", "gpt-image-1")]
    [InlineData("whisper-1", "whisper-1")]
    [InlineData("tts-1-hd", "tts-1-hd")]
    [InlineData("web search tool calls", null)]
    [InlineData("assistants api | file storage", null)]
    [InlineData("file storage", null)]
    [InlineData("Credit, 2026", null)]
    [InlineData("refund", null)]
    [InlineData("gpt-5,", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task A_line_that_names_a_model_has_one(string? line, string? model)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(line);
        _vendor.On(Costs, Page($$"""{ "amount": { "value": 1, "currency": "usd" }, "line_item": {{text}} }"""));

        var row = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Single();

        (row.Model, row.LineItem).ShouldBe((model, line));
    }

    [Fact]
    public async Task Costs_say_who_and_from_where_if_the_vendor_groups_by_it()
    {
        _vendor.On(Costs, Page("""{ "amount": { "value": 1, "currency": "usd" }, "user_id": "user-1", "api_source": "agents_api" }"""));

        var row = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Single();

        (row.ActorType, row.ActorId).ShouldBe(("user", "user-1"));
        row.Dimensions!.Value.GetRawText().ShouldBe("""{"api_source":"agents_api"}""");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_constructed_decisions_are_tokens_with_and_without_their_split()
    {
        _vendor.On(Decisions, Read("usage_decisions"));

        var items = await _bench.ReadAsync("openai", "decisions_usage", "2026-11-03", "2026-11-03");

        var rows = items.OfType<UsageRecord>().ToList();
        rows.Select(row => (row.InputUncachedTokens, row.CacheReadTokens, row.CacheWriteTokens, row.OutputTokens))
            .ShouldBe([(550L, 300L, 150L, 40L), (10L, null, null, 1L)]);
        rows.Sum(row => row.Requests).ShouldBe(21);
        rows.ShouldAllBe(row => row.Product == "decisions" && row.Grain == "all_dimensions.v2");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endpoint_that_is_not_offered_yet_is_nothing_and_noted()
    {
        const string unknown = """{ "error": { "message": "Unknown request URL", "type": "invalid_request_error", "param": null, "code": "unknown_url" } }""";
        _vendor.On(Decisions, unknown, HttpStatusCode.NotFound);

        var items = await _bench.ReadAsync("openai", "decisions_usage", "2026-11-01", "2026-11-02");

        items.ShouldBe([new BucketArrived(new(2026, 11, 1)), new BucketArrived(new(2026, 11, 2))]);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("the report is not offered");
    }

    [Theory]
    [InlineData("decisions", HttpStatusCode.NotFound, "<html>Not Found</html>")]
    [InlineData("decisions", HttpStatusCode.NotFound, """{ "message": "no route" }""")]
    [InlineData("decisions", HttpStatusCode.Forbidden, """{ "error": { "message": "Missing scopes", "type": "invalid_request_error" } }""")]
    [InlineData("completions", HttpStatusCode.NotFound, """{ "error": { "message": "Unknown request URL", "type": "invalid_request_error" } }""")]
    public async Task Any_other_refusal_of_an_endpoint_stays_one(string endpoint, HttpStatusCode status, string body)
    {
        _vendor.On($"/v1/organization/usage/{endpoint}", body, status);

        await _bench.RejectedAsync("openai", $"{endpoint}_usage", "2026-11-01", "2026-11-01");
    }

    [Fact]
    public async Task Counts_and_times_may_be_text()
    {
        _vendor.On(
            Completions,
            Page("""{ "input_tokens": "12", "output_tokens": "3", "num_model_requests": "2" }""")
                .Replace("1793491200", "\"1793491200\"", StringComparison.Ordinal));

        var row = (await _bench.ReadAsync("openai", "completions_usage", "2026-11-01", "2026-11-01"))
            .OfType<UsageRecord>()
            .Single();

        (row.InputUncachedTokens, row.OutputTokens, row.Requests).ShouldBe((12, 3, 2));
        _vendor.On(Completions, Page("""{ "input_tokens": "a dozen", "output_tokens": "3", "num_model_requests": "2" }"""));
        (await _bench.RejectedAsync("openai", "completions_usage", "2026-11-01", "2026-11-01")).Message
            .ShouldContain("not a whole number");
    }

    [Theory]
    [InlineData(
        "group_by=api_key_id is only available for start_time >= 1793491200",
        "start_time",
        "project_user_model_batch_service_tier_api_source.v1")]
    [InlineData("api_key_id is not supported", null, "project_user_model_batch_service_tier_api_source.v1")]
    [InlineData("not allowed", "api_key_id", "project_user_model_batch_service_tier_api_source.v1")]
    [InlineData("Invalid value for group_by: 'api_source'.", "group_by", "all_dimensions.v1")]
    [InlineData(
        "Invalid value: 'batch'. Supported values are: 'project_id', 'user_id', 'api_key_id' and 'model'.",
        "group_by",
        "project_user_api_key_model_service_tier_api_source.v1")]
    [InlineData("Supported values for group_by are: 'project_id' and 'model'.", "group_by[2]", "project_model.v1")]
    [InlineData(
        "user_id together with project_id is not available for this time range",
        null,
        "project_api_key_model_batch_service_tier_api_source.v1")]
    [InlineData("Too many dimensions.", null, "all_dimensions.v1")]
    [InlineData(
        "Too many group_by: project_id, user_id, api_key_id, model",
        "group_by",
        "project_api_key_model_batch_service_tier_api_source.v1")]
    public async Task Usage_that_cannot_be_grouped_so_is_read_without_what_is_refused(
        string message, string? parameter, string grain)
    {
        var refusal = $$"""{ "error": { "message": "{{message}}", "type": "invalid_request_error", "param": {{(parameter is null ? "null" : $"\"{parameter}\"")}}, "code": null } }""";
        _vendor.On(Completions, refusal, HttpStatusCode.BadRequest).On(Completions, Page("""{ "input_tokens": 1, "output_tokens": 1, "num_model_requests": 1 }"""));

        var row = (await _bench.ReadAsync("openai", "completions_usage", "2026-11-01", "2026-11-01"))
            .OfType<UsageRecord>()
            .Single();

        row.Grain.ShouldBe(grain);
        _bench.Drift.Notes.ShouldContain(note => note.Contains($"{grain} is read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "error": { "message": "Invalid start_time", "type": "invalid_request_error", "param": "start_time", "code": null } }""")]
    [InlineData("""{ "error": { "message": "No project_id proj_1", "type": "invalid_request_error", "param": "project_ids", "code": null } }""")]
    [InlineData("""{ "error": { "message": "The model is overloaded", "type": "invalid_request_error", "param": null, "code": null } }""")]
    [InlineData("""{ "error": { "message": "group_by", "type": "proxy_error", "param": null, "code": null } }""")]
    [InlineData("<html>group_by=api_key_id</html>")]
    public async Task A_400_that_is_about_something_else_is_a_refusal(string body)
    {
        _vendor.On(Completions, body, HttpStatusCode.BadRequest);

        (await _bench.RejectedAsync("openai", "completions_usage", "2026-11-01", "2026-11-01")).Cause
            .ShouldBe(RejectionCause.VendorRefused);
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Costs_that_refuse_their_dimensions_together_lose_the_key_alone()
    {
        var refusal = Refusal.Replace(
            "unsupported group_by", "Too many group_by: project_id, line_item, api_key_id;", StringComparison.Ordinal);
        _vendor.On(Costs, refusal, HttpStatusCode.BadRequest).On(Costs, Read("costs_grouped"));

        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01"))
            .OfType<CostRecord>()
            .First().Grain
            .ShouldBe("project_line_item_user_api_source.v1");
    }

    [Fact]
    public async Task A_vendor_that_refuses_every_grouping_is_asked_for_none()
    {
        const string path = "/v1/organization/usage/vector_stores";
        _vendor.On(path, Refusal, HttpStatusCode.BadRequest).On(path, Page("""{ "usage_bytes": 1 }"""));

        (await _bench.ReadAsync("openai", "vector_stores_usage", "2026-11-01", "2026-11-01"))
            .OfType<UsageRecord>()
            .Single().Grain
            .ShouldBe("ungrouped.v1");
        _vendor.Asked[1].ShouldEndWith("&limit=1");
    }

    [Fact]
    public void Every_grain_of_an_endpoint_has_a_name_of_its_own()
    {
        foreach (var report in _bench.Connector("openai").Vendor.Reports.Where(report => report.Grains.Count > 0))
        {
            report.Grains.Values.Select(dimensions => string.Join(',', dimensions))
                .Distinct()
                .Count()
                .ShouldBe(report.Grains.Count);
        }
    }

    [Fact]
    public async Task Days_that_are_too_old_are_refused_at_once()
    {
        _vendor.On(
            Costs,
            """{ "error": { "message": "too far", "type": "invalid_request_error", "param": null, "code": "reporting_lookback_exceeded" } }""",
            HttpStatusCode.BadRequest);

        var failure = await _bench.RejectedAsync("openai", "cost", "2020-11-01", "2020-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldContain("older than what the vendor still serves");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Costs_end_with_a_note_where_the_cursor_leads_nowhere_once_every_day_has_arrived()
    {
        var more = Read("costs_grouped")
            .Replace("\"has_more\": false", "\"has_more\": true", StringComparison.Ordinal)
            .Replace("\"next_page\": null", "\"next_page\": \"p2\"", StringComparison.Ordinal);
        _vendor.On(Costs, more).On(Costs, """{ "data": [ ], "has_more": true, "next_page": "p2" }""");
        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Count().ShouldBe(3);

        var repeats = Page("")
            .Replace(
                "\"has_more\": false, \"next_page\": null",
                "\"has_more\": true, \"next_page\": \"p2\"",
                StringComparison.Ordinal);
        _vendor.On(Costs, more).On(Costs, repeats);
        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Count().ShouldBe(3);

        // The same page for ever: it is read once more, and its rows are the same.
        _vendor.On(Costs, more).On(Costs, more);
        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01"))
            .OfType<CostRecord>()
            .Select(row => row.RowKey)
            .Distinct()
            .Count()
            .ShouldBe(3);

        _vendor.On(Costs, more);
        for (var i = 0; i < 50; i++)
        {
            _vendor.On(Costs, $$"""{ "data": [], "has_more": true, "next_page": "e{{i}}" }""");
        }

        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().Count().ShouldBe(3);
        _bench.Drift.Notes.Count(
            note => note.Contains("has_more stays true beyond the last data", StringComparison.Ordinal))
            .ShouldBe(3);
    }

    [Theory]
    [InlineData("\"0E-6176\"", 0)]
    [InlineData("0E-6176", 0)]
    [InlineData("\"0E+6111\"", 0)]
    [InlineData("0E+6111", 0)]
    [InlineData("-0E-6176", 0)]
    [InlineData("\"1E-6176\"", 2)]
    [InlineData("1E-6176", 2)]
    [InlineData("0.000e-99999999999999999999", 0)]
    public async Task A_number_is_bounded_by_its_value_not_by_its_spelling(string zero, int rounded)
    {
        var lines = $$"""
            { "amount": { "value": {{zero}}, "currency": "usd" }, "line_item": "model-x, cached input", "quantity": {{zero}}, "quantity_unit": "tokens" },
            { "amount": { "value": "1.500000000000000000000000000000000", "currency": "usd" }, "line_item": "model-x, input" }
            """;
        _vendor.On(
            Costs,
            Page(lines)
                .Replace("1793491200", "1793491200.0", StringComparison.Ordinal)
                .Replace("1793577600", "17935776E2", StringComparison.Ordinal));

        var rows = (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01")).OfType<CostRecord>().ToList();

        rows.Select(row => row.AmountUsd).ShouldBe([0, 1.5m]);
        rows[0].Quantity.ShouldBe(0);
        _bench.Drift.Notes.Count(note => note.StartsWith($"{rounded} amounts rounded", StringComparison.Ordinal))
            .ShouldBe(rounded == 0 ? 0 : 1);
    }

    [Fact]
    public async Task An_empty_page_is_no_end()
    {
        const string empty = """{ "data": [], "has_more": true, "next_page": "p3" }""";
        var first = Page("""{ "amount": { "value": 1, "currency": "usd" }, "line_item": "a" }""")
            .Replace(
                "\"has_more\": false, \"next_page\": null",
                "\"has_more\": true, \"next_page\": \"p2\"",
                StringComparison.Ordinal);
        var last = Page("""{ "amount": { "value": 100, "currency": "usd" }, "line_item": "b" }""");
        _vendor.On(Costs, first)
            .On(Costs, empty)
            .On(Costs, empty.Replace("p3", "p4", StringComparison.Ordinal))
            .On(Costs, last);

        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01"))
            .OfType<CostRecord>()
            .Sum(row => row.AmountUsd)
            .ShouldBe(101);

        _vendor.Asked[^1].ShouldEndWith("&page=p4");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cursor_that_comes_again_beside_new_rows_is_followed_once_more()
    {
        string More(string item) => Page($$"""{ "amount": { "value": 1, "currency": "usd" }, "line_item": "{{item}}" }""")
            .Replace(
                "\"has_more\": false, \"next_page\": null",
                "\"has_more\": true, \"next_page\": \"p2\"",
                StringComparison.Ordinal);
        _vendor.On(Costs, More("a")).On(Costs, More("b")).On(Costs, More("c")).On(Costs, More("c"));

        (await _bench.ReadAsync("openai", "cost", "2026-11-01", "2026-11-01"))
            .OfType<CostRecord>()
            .Select(row => row.LineItem)
            .ShouldBe(["a", "b", "c", "c"]);
    }

    [Theory]
    [InlineData("{ \"data\": [], \"has_more\": true, \"next_page\": \"p2\" }")]
    [InlineData("{ \"data\": [], \"has_more\": true, \"next_page\": null }")]
    [InlineData("{ \"data\": [], \"has_more\": true }")]
    public async Task Costs_whose_days_have_not_all_arrived_do_not_end_at_a_cursor_that_leads_nowhere(string page)
    {
        _vendor.On(Costs, page.Replace("[]", "[] ", StringComparison.Ordinal)).On(Costs, page);

        (await _bench.RejectedAsync("openai", "cost", "2026-11-01", "2026-11-01")).Cause
            .ShouldBe(RejectionCause.BrokenContract);
    }

    [Fact]
    public async Task Names_are_read_project_by_project()
    {
        const string empty = """{ "object": "list", "data": [], "has_more": false }""";
        _vendor
            .On("/v1/organization/projects", Read("projects_list"))
            .On("/v1/organization/users", Read("users_list"))
            .On("/v1/organization/admin_api_keys", """
                { "object": "list", "data": [ { "object": "organization.admin_api_key", "id": "key_admin", "name": null, "redacted_value": "sk-admin...def",
                  "created_at": 1711471533, "expires_at": null, "owner": { "type": "user", "id": "user_abc" } } ], "has_more": true }
                """)
            .On("/v1/organization/admin_api_keys", empty)
            .On("/v1/organization/projects/proj_abc/api_keys", Read("project_api_keys_list"))
            .On("/v1/organization/projects/proj_abc/service_accounts", "{}", HttpStatusCode.NotFound);

        var entities = (await _bench.ReadAsync("openai", "names", "2026-11-23", "2026-11-23"))
            .OfType<EntityRecord>()
            .ToList();

        entities.Select(entity => (entity.Kind, entity.Id)).ShouldBe(
            [("project", "proj_abc"), ("user", "user_abc"), ("admin_api_key", "key_admin"), ("api_key", "key_abc")]);
        entities[0].CreatedAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1711471533));
        entities[3].ParentId.ShouldBe("proj_abc");
        entities[3].Details!.Value.GetProperty("owner")
            .GetProperty("user")
            .GetProperty("id")
            .GetString()
            .ShouldBe("user_abc");

        // last_id is not promised: the last object's id leads on.
        _vendor.Asked.ShouldContain("/v1/organization/admin_api_keys?limit=100&after=key_admin");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_report_that_does_not_exist_is_rejected_with_the_nearest_one()
    {
        var failure = await _bench.RejectedAsync("openai", "costs", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.BadInput);
        failure.Hint.ShouldContain("'cost'");
    }

    [Fact]
    public async Task A_list_of_names_that_the_key_may_not_read_keeps_the_others_and_is_told()
    {
        const string forbidden = """{"error":{"message":"Missing scopes: api.management.read","type":"invalid_request_error"}}""";
        const string empty = """{"object":"list","data":[],"has_more":false}""";
        _vendor
            .On("/v1/organization/projects", """{"object":"list","data":[{"id":"proj_1","name":"P"}],"has_more":false}""")
            .On("/v1/organization/users", forbidden, System.Net.HttpStatusCode.Forbidden)
            .On("/v1/organization/admin_api_keys", forbidden, System.Net.HttpStatusCode.Forbidden)
            .On("/v1/organization/projects/proj_1/api_keys", forbidden, System.Net.HttpStatusCode.Forbidden)
            .On("/v1/organization/projects/proj_1/service_accounts", empty);

        var items = await _bench.ReadAsync("openai", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().ShouldHaveSingleItem().Id.ShouldBe("proj_1");
        _bench.Drift.Notes.Count.ShouldBe(3);
        _bench.Drift.Notes.ShouldContain(
            note => note.Contains("organization/users was refused", StringComparison.Ordinal)
            && note.Contains("api.management.read", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Read(string name) => Answers.Read("OpenAI", name);

    private static string Page(string rows) => $$"""
        { "object": "page", "data": [ { "object": "bucket", "start_time": 1793491200, "end_time": 1793577600, "results": [ {{rows}} ] } ],
          "has_more": false, "next_page": null }
        """;
}

using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.OpenRouter;

public sealed class OpenRouterReportTests : IDisposable
{
    private const string Activity = "/api/v1/activity";
    private const string Credits = "/api/v1/credits";
    private const string Keys = "/api/v1/keys";
    private const string Workspaces = "/api/v1/workspaces";
    private const string Nothing = """{ "data": [] }""";
    private const string TooOld = """{"error":{"message":"Date must be within the last 30 (completed) UTC days","code":400}}""";
    private const string NotFound = """{"error":{"message":"Not Found","code":404}}""";
    private const string Day = "2026-11-22";

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public OpenRouterReportTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_documented_activity_is_usage_and_what_is_billed_apart_from_what_was_paid_elsewhere()
    {
        _vendor.On(Activity, Answers.Read("OpenRouter", "activity")).On(Keys, Nothing);

        var items = await ReadAsync("2025-08-24", "2025-08-24");

        items[0].ShouldBe(new BucketArrived(new DateOnly(2025, 8, 24)));
        var usage = items.OfType<UsageRecord>().ShouldHaveSingleItem();
        usage.Model.ShouldBe("openai/gpt-4.1-2025-04-14");
        (usage.InputUncachedTokens, usage.OutputTokens, usage.ReasoningTokens).ShouldBe((50, 125, 25));
        (usage.CacheReadTokens, usage.CacheWriteTokens).ShouldBe((null, null), "not reported is not zero");
        (usage.Tokens, usage.Requests).ShouldBe((175, 5));
        (usage.SubAccountId, usage.ApiKeyId).ShouldBe((null, null));
        usage.Dimensions!.Value.GetRawText()
            .ShouldBe("""{"endpoint_id":"550e8400-e29b-41d4-a716-446655440000","model":"openai/gpt-4.1","provider_name":"OpenAI"}""");
        var cost = items.OfType<CostRecord>().ToDictionary(row => row.Basis);
        cost.Keys.ShouldBe([CostBasis.Billed, CostBasis.PricedUsage], ignoreOrder: true);
        cost[CostBasis.Billed].AmountUsd.ShouldBe(0.015m);
        cost[CostBasis.PricedUsage].AmountUsd.ShouldBe(0.012m);
        items.OfType<VendorRecord>().Select(row => row.RowKey).Distinct().Count().ShouldBe(3);
        _bench.Drift.Notes.ShouldBeEmpty();
        _vendor.Asked.ShouldBe(
            ["/api/v1/activity?date=2025-08-24&group_by=workspace", "/api/v1/keys?include_disabled=true"]);
        _vendor.Headers[0].Authorization!.ToString().ShouldBe($"Bearer {VendorBench.Secret}");
    }

    [Fact]
    public async Task The_documented_credits_are_what_meters_show()
    {
        _vendor.On(Credits, Answers.Read("OpenRouter", "credits"));

        var items = await _bench.ReadAsync("openrouter", "credits", "2026-11-23", "2026-11-23");

        items[0].ShouldBe(new BucketArrived(new DateOnly(2026, 11, 23)));
        items.OfType<CostRecord>()
            .Select(row => (row.CostType, row.AmountUsd, row.Basis))
            .ShouldBe(
                [("total_credits", 100.5m, CostBasis.Cumulative), ("total_usage", 25.75m, CostBasis.Cumulative)]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_day_is_split_by_key_and_what_no_key_accounts_for_has_none()
    {
        _vendor
            .On(Activity, Page(Row("ep-1", 1.0m, 10, workspace: "ws-1"), Row("ep-2", 0.5m, 4, workspace: "ws-1")))
            .On(Keys, KeyList(("idle", 0m), ("busy", 9m)))
            .On(Keys, Nothing)
            .On(Activity, Page(Row("ep-1", 0.7m, 7), Row("ep-2", 0.5m, 4)))
            .On(Activity, Nothing);

        var items = await ReadAsync(Day, Day);

        items.OfType<UsageRecord>()
            .Select(row => (row.ApiKeyId, row.Requests, Endpoint(row.Dimensions)))
            .ShouldBe([("busy", 7, "ep-1"), (null, 3, "ep-1"), ("busy", 4, "ep-2")], ignoreOrder: true);
        items.OfType<CostRecord>().Select(row => (row.ApiKeyId, row.AmountUsd))
            .ShouldBe([("busy", 0.7m), (null, 0.3m), ("busy", 0.5m)], ignoreOrder: true);
        items.OfType<UsageRecord>().ShouldAllBe(row => row.SubAccountId == "ws-1");
        items.OfType<VendorRecord>().ShouldAllBe(row => row.Grain == "workspace_key_endpoint.v1");
        _bench.Drift.Notes.ShouldBeEmpty();
        _vendor.Asked.ShouldBe(
        [
            "/api/v1/activity?date=2026-11-22&group_by=workspace",
            "/api/v1/keys?include_disabled=true&workspace_id=ws-1",
            "/api/v1/keys?include_disabled=true&workspace_id=ws-1&offset=2",
            "/api/v1/activity?date=2026-11-22&api_key_hash=busy",
            "/api/v1/activity?date=2026-11-22&api_key_hash=idle",
        ]);
    }

    [Fact]
    public async Task No_key_is_asked_for_once_all_is_accounted_for_and_the_sum_is_the_vendors_to_the_last_digit()
    {
        _vendor
            .On(Activity, Page(Row("ep-1", 0.30000000000000004m, 3)))
            .On(Keys, KeyList(("a", 3m), ("b", 2m), ("c", 1m)))
            .On(Keys, Nothing)
            .On(Activity, Page(Row("ep-1", 0.1m, 1)))
            .On(Activity, Page(Row("ep-1", 0.2m, 2)));

        var items = await ReadAsync(Day, Day);

        items.OfType<UsageRecord>().Select(row => (row.ApiKeyId, row.Requests)).ShouldBe([("a", 1), ("b", 2)]);
        items.OfType<CostRecord>().Sum(row => row.AmountUsd).ShouldBe(0.30000000000000004m);
        _vendor.Asked.Count.ShouldBe(5);
    }

    [Theory]
    [InlineData(0.5, 11)]
    [InlineData(1.5, 5)]
    public async Task Parts_that_are_more_than_the_whole_leave_the_day_without_keys(double usage, long requests)
    {
        _vendor
            .On(Activity, Page(Row("ep-1", 1m, 10)))
            .On(Keys, KeyList(("a", 1m)))
            .On(Keys, Nothing)
            .On(Activity, Page(Row("ep-1", (decimal)usage, requests)));

        var items = await ReadAsync(Day, Day);

        var row = items.OfType<UsageRecord>().ShouldHaveSingleItem();
        (row.ApiKeyId, row.Requests, row.Grain).ShouldBe((null, 10, "workspace_endpoint.v1"));
        items.OfType<CostRecord>().Single().AmountUsd.ShouldBe(1m);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("not parts of the whole");
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    public async Task A_list_of_keys_that_is_refused_costs_the_keys_and_nothing_else(HttpStatusCode status)
    {
        _vendor
            .On(Activity, Page(Row("ep-1", 1m, 10, date: "2026-11-21")))
            .On(Keys, NotFound, status)
            .On(Activity, Page(Row("ep-1", 2m, 20)));

        var items = await ReadAsync("2026-11-21", Day);

        items.OfType<UsageRecord>().Select(row => (row.Requests, row.Grain))
            .ShouldBe([(10, "workspace_endpoint.v1"), (20, "workspace_endpoint.v1")]);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("the list of keys was refused");
    }

    [Fact]
    public async Task A_grouping_by_workspace_that_is_refused_is_left_out_from_then_on()
    {
        _vendor
            .On(Activity, """{"error":{"message":"group_by: not available","code":400}}""", HttpStatusCode.BadRequest)
            .On(Activity, Page(Row("ep-1", 1m, 10, date: "2026-11-21")))
            .On(Keys, Nothing)
            .On(Activity, Page(Row("ep-1", 2m, 20)));

        var items = await ReadAsync("2026-11-21", Day);

        items.OfType<UsageRecord>().Select(row => row.Grain).ShouldBe(["key_endpoint.v1", "key_endpoint.v1"]);
        _vendor.Asked.Count(asked => asked.Contains("group_by", StringComparison.Ordinal)).ShouldBe(1);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("refused with 400");
    }

    [Fact]
    public async Task A_key_that_is_not_accepted_any_more_is_no_reason_to_read_without_keys()
    {
        _vendor.On(Activity, Page(Row("ep-1", 1m, 10))).On(Keys, NotFound, HttpStatusCode.Unauthorized);

        (await _bench.RejectedAsync("openrouter", "activity", Day, Day)).Cause.ShouldBe(RejectionCause.Credential);
    }

    [Fact]
    public async Task Another_400_about_a_day_that_is_not_served_is_not_about_the_grouping()
    {
        _vendor.On(Activity, """{"error":{"message":"Invalid date range","code":400}}""", HttpStatusCode.BadRequest);

        (await _bench.RejectedAsync("openrouter", "activity", "2026-10-23", "2026-10-23")).Message
            .ShouldContain("Invalid date range (400)");
        _vendor.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Days_that_are_no_longer_served_are_refused_in_the_vendors_words()
    {
        _vendor.On(Activity, TooOld, HttpStatusCode.BadRequest);

        var rejected = await _bench.RejectedAsync("openrouter", "activity", "2026-10-23", "2026-10-23");

        rejected.Cause.ShouldBe(RejectionCause.VendorRefused);
        rejected.Message.ShouldContain("Date must be within the last 30 (completed) UTC days (400)");
        rejected.Message.ShouldContain("older than what the vendor still serves");
        rejected.Hint.ShouldContain("what was loaded of these days before stays");
        _vendor.Asked.ShouldHaveSingleItem("it is about the day, not about the grouping");
    }

    [Fact]
    public async Task No_row_of_a_day_that_is_not_served_is_no_empty_day_and_of_a_day_that_is_it_is()
    {
        _vendor.On(Activity, Nothing).On(Activity, Nothing);

        var rejected = await _bench.RejectedAsync("openrouter", "activity", "2026-10-23", "2026-10-23");
        var items = await ReadAsync("2026-10-24", "2026-10-24");

        rejected.Message.ShouldContain("without a row of 2026-10-23");
        items.ShouldBe([new BucketArrived(new DateOnly(2026, 10, 24))]);
    }

    [Theory]
    [InlineData("date")]
    [InlineData("usage")]
    [InlineData("byok_usage_inference")]
    [InlineData("requests")]
    [InlineData("prompt_tokens")]
    [InlineData("completion_tokens")]
    public async Task A_number_that_is_documented_has_to_be_there(string name)
    {
        _vendor.On(Activity, Page(Row("ep-1", 1m, 10).Replace($"\"{name}\":", "\"other\":", StringComparison.Ordinal)));

        var rejected = await _bench.RejectedAsync("openrouter", "activity", Day, Day);

        rejected.Cause.ShouldBe(RejectionCause.BrokenContract);
        rejected.Message.ShouldContain($"'data[].{name}' is missing or null");
    }

    [Fact]
    public async Task What_is_not_documented_is_noted_and_a_new_text_distinguishes_rows()
    {
        _vendor
            .On(
                Activity,
                Page(
                    Row("ep-1", 1m, 10, more: ""","tier":"gold","cached_tokens":7"""),
                    Row("ep-1", 2m, 20, more: ""","tier":"tin","cached_tokens":9""")))
            .On(Keys, Nothing);

        var rows = (await ReadAsync(Day, Day)).OfType<UsageRecord>().ToList();

        rows.Select(row => row.Requests).ShouldBe([10, 20]);
        rows[0].Words.Texts.ShouldNotBe(rows[1].Words.Texts);
        _bench.Drift.Notes.ShouldBe(["data[].cached_tokens", "data[].tier"]);
    }

    [Fact]
    public async Task A_row_that_comes_twice_counts_once_and_reasoning_beyond_the_completion_is_kept_and_noted()
    {
        var row = Row("ep-1", 1m, 10)
            .Replace("\"reasoning_tokens\":10", "\"reasoning_tokens\":500", StringComparison.Ordinal);
        _vendor.On(Activity, Page(row, row)).On(Keys, Nothing);

        var usage = (await ReadAsync(Day, Day)).OfType<UsageRecord>().ShouldHaveSingleItem();

        (usage.ReasoningTokens, usage.Tokens).ShouldBe((500, 300), "reasoning is never added");
        _bench.Drift.Notes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Reasoning_that_is_not_reported_is_unknown_not_zero()
    {
        var row = Row("ep-1", 1m, 10).Replace(",\"reasoning_tokens\":10", "", StringComparison.Ordinal);
        _vendor.On(Activity, Page(row)).On(Keys, Nothing);

        (await ReadAsync(Day, Day)).OfType<UsageRecord>().Single().ReasoningTokens.ShouldBeNull();
    }

    [Fact]
    public async Task A_row_of_another_day_of_the_window_is_left_out_and_one_outside_breaks_the_contract()
    {
        _vendor
            .On(Activity, Page(Row("ep-1", 1m, 10, date: "2026-11-21 00:00:00"), Row("ep-1", 2m, 20)))
            .On(Keys, Nothing)
            .On(Activity, Page(Row("ep-1", 1m, 10, date: "2026-11-21"), Row("ep-1", 2m, 20)));

        var items = await ReadAsync("2026-11-21", Day);

        items.OfType<UsageRecord>().Select(row => (row.UsageDate.Day, row.Requests)).ShouldBe([(21, 10), (22, 20)]);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("data[].date is another day");

        _vendor.On(Activity, Page(Row("ep-1", 1m, 10, date: "2026-11-20")));
        (await _bench.RejectedAsync("openrouter", "activity", Day, Day)).Message
            .ShouldContain("'data[].date' is '2026-11-20', not the requested day");
    }

    [Fact]
    public async Task Rows_of_other_days_only_are_no_empty_day()
    {
        _vendor.On(Activity, Page(Row("ep-1", 1m, 10)));

        (await _bench.RejectedAsync("openrouter", "activity", "2026-11-21", Day)).Message
            .ShouldContain("no row is of the requested day");
    }

    [Fact]
    public async Task A_key_that_is_refused_is_told_by_its_kind_and_never_quoted()
    {
        const string key = "sk-or-v1-0123456789abcdef0123456789abcdef";
        _vendor.On(Activity, """{"error":{"message":"Only management keys can perform this operation","code":403}}""", HttpStatusCode.Forbidden);

        var rejected = await Should.ThrowAsync<RejectedEventException>(
            _bench.ReadAsync("openrouter", "activity", Day, Day, secret: key));

        rejected.Cause.ShouldBe(RejectionCause.Credential);
        rejected.Message.ShouldContain("Only management keys can perform this operation (403)");
        rejected.Hint.ShouldContain("requires a management key");
        rejected.Hint.ShouldContain("begins with 'sk-or-': it looks like an OpenRouter key");
        $"{rejected.Message} {rejected.Hint}".ShouldNotContain("0123456789");
    }

    [Fact]
    public async Task The_vendors_own_not_found_is_not_taken_for_somebody_elses()
    {
        _vendor.On(Credits, NotFound, HttpStatusCode.NotFound);

        var rejected = await _bench.RejectedAsync("openrouter", "credits", "2026-11-23", "2026-11-23");

        rejected.Message.ShouldContain("404 to GET api/v1/credits: Not Found (404).");
        rejected.Hint.ShouldNotContain("not the vendor's own");
    }

    [Theory]
    [InlineData("https://vendor.test/", "/api/v1/credits")]
    [InlineData("https://vendor.test/api/", "/api/v1/credits")]
    [InlineData("https://vendor.test/gateway/", "/gateway/api/v1/credits")]
    public async Task The_address_may_end_in_api(string address, string path)
    {
        _vendor.On(path, Answers.Read("OpenRouter", "credits"));

        await _bench.ReadAsync("openrouter", "credits", "2026-11-23", "2026-11-23", address: new Uri(address));

        _vendor.Asked.ShouldBe([path]);
    }

    [Fact]
    public async Task Names_are_those_of_workspaces_and_of_the_keys_in_each()
    {
        _vendor
            .On(Workspaces, """{"data":[{"id":"ws-1","name":"Default","slug":"default"},{"id":"ws-2","name":"Lab","slug":"lab"}],"total_count":2}""")
            .On(Workspaces, """{"data":[],"total_count":2}""")
            .On(Keys, """{"data":[{"hash":"h-1","name":"Production","label":"sk-or-v1-0e6...c96","disabled":true,"usage":1,"created_at":"2025-08-24T10:30:00Z"}]}""")
            .On(Keys, Nothing)
            .On(Keys, """{"data":[{"hash":"h-2","name":"Test","workspace_id":"ws-2"}]}""")
            .On(Keys, Nothing);

        var items = await _bench.ReadAsync("openrouter", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().Select(row => (row.Kind, row.Id, row.Name, row.ParentId)).ShouldBe(
        [
            ("workspace", "ws-1", "Default", null), ("workspace", "ws-2", "Lab", null),
            ("api_key", "h-1", "Production", "ws-1"), ("api_key", "h-2", "Test", "ws-2"),
        ]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_list_of_workspaces_the_default_ones_keys_are_named_and_without_both_it_is_the_key()
    {
        _vendor.On(Workspaces, NotFound, HttpStatusCode.NotFound).On(Keys, KeyList(("h-1", 1m))).On(Keys, Nothing);

        var items = await _bench.ReadAsync("openrouter", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().ShouldHaveSingleItem().Id.ShouldBe("h-1");
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("workspaces was refused");

        _vendor.On(Workspaces, NotFound, HttpStatusCode.Forbidden).On(Keys, NotFound, HttpStatusCode.Forbidden);
        (await _bench.RejectedAsync("openrouter", "names", "2026-11-23", "2026-11-23")).Cause
            .ShouldBe(RejectionCause.Credential);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string? Endpoint(System.Text.Json.JsonElement? dimensions) =>
        dimensions!.Value.GetProperty("endpoint_id").GetString();

    private static string Page(params IEnumerable<string> rows) => $$"""{"data":[{{string.Join(",", rows)}}]}""";

    private static string KeyList(params IEnumerable<(string Hash, decimal Usage)> keys) => Page(keys.Select(
        key => FormattableString.Invariant(
            $$"""{"hash":"{{key.Hash}}","name":"n","usage":{{key.Usage}},"created_at":"2025-01-01T00:00:00Z"}""")));

    private static string Row(
        string endpoint, decimal usage, long requests, string? workspace = null, string date = Day, string more = "")
    {
        var where = workspace is null ? "" : $$""","workspace_id":"{{workspace}}" """;
        return FormattableString.Invariant(
            $$"""{"date":"{{date}}","model":"m","model_permaslug":"m-1","endpoint_id":"{{endpoint}}","provider_name":"P","usage":{{usage}},"byok_usage_inference":0,"requests":{{requests}},"prompt_tokens":{{requests * 10}},"completion_tokens":{{requests * 20}},"reasoning_tokens":{{requests}}{{where}}{{more}}}""");
    }

    private Task<List<VendorItem>> ReadAsync(string from, string to) =>
        _bench.ReadAsync("openrouter", "activity", from, to);
}

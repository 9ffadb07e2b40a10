using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>
/// The older reports of Claude Enterprise, in answers of the shapes that its reference documents: all of a day is what
/// counts, and groups and people are its parts.
/// </summary>
public sealed class EnterpriseReportTests : IDisposable
{
    private const string Root = "/v1/organizations/analytics/";
    private const string Day = "2026-11-02";
    private const string Export = "2026-11-03T04:00:00Z";
    private const string Mara = "user_01TESTMARA";
    private const string Jon = "user_01TESTJON";

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public EnterpriseReportTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task Usage_is_told_by_person_and_what_nobody_accounts_for_is_left()
    {
        OnUsage(
            all: [Usage(null, null, 1_000)],
            groups: [Usage("chat", "claude-opus-5", 600), Usage("claude_code", "claude-opus-5", 300)],
            people: [Usage("chat", "claude-opus-5", 500, Mara), Usage("claude_code", "claude-opus-5", 300, Jon)]);

        var items = await ReadAsync("enterprise_usage");

        items[0].ShouldBe(new BucketArrived(new DateOnly(2026, 11, 2)));
        var rows = items.OfType<UsageRecord>().ToList();
        rows.Select(row => (row.Product, row.Model, row.ActorId, row.InputUncachedTokens)).ShouldBe(
        [
            ("chat", "claude-opus-5", Mara, 500), ("claude_code", "claude-opus-5", Jon, 300),
            (null, null, null, 100), ("chat", "claude-opus-5", null, 100),
        ], ignoreOrder: true);
        rows.ShouldAllBe(row => row.Grain == "product_model_person.v1");
        rows.Select(row => row.RowKey).ShouldBeUnique();
        rows.Sum(row => row.Tokens).ShouldBe(10_000, "Each number is ten times the first, in all five kinds.");
        rows.Sum(row => row.Requests).ShouldBe(1_000);
        rows.Sum(row => row.Quantity).ShouldBe(1_000);
        rows.ShouldAllBe(row => row.CacheWriteTokens == row.CacheWrite5mTokens + row.CacheWrite1hTokens);
        rows[0].ActorType.ShouldBe("user");
        const string range =
            "?starting_at=2026-11-02T00:00:00Z&ending_at=2026-11-03T00:00:00Z&bucket_width=1d";
        const string by = "&group_by[]=product&group_by[]=model";
        _vendor.Asked.ShouldBe(
        [
            $"{Root}usage_report{range}&limit=1", $"{Root}usage_report{range}&limit=1{by}",
            $"{Root}user_usage_report{range}&limit=1000{by}",
        ]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Costs_are_told_by_person_and_kind_in_dollars_with_the_list_price()
    {
        OnCost(
            all: [Cost(null, null, null, "41280.000000", "51600.000000")],
            groups:
            [
                Cost("chat", "tokens", "output_tokens", "40000.000000", "50000.000000"),
                Cost("chat", "web_search", null, "1280.000000", "1600.000000"),
            ],
            people: [Cost("chat", "tokens", "output_tokens", "39000.5", "48750.625", Mara)]);

        var rows = (await ReadAsync("enterprise_cost")).OfType<CostRecord>().ToList();

        rows.Select(row => (row.ActorId, row.CostType, row.TokenType, row.AmountUsd, row.ListUsd)).ShouldBe(
        [
            (Mara, "tokens", "output_tokens", 390.005m, 487.50625m),
            (null, "tokens", "output_tokens", 9.995m, 12.49375m),
            (null, "web_search", null, 12.8m, 16m),
        ], ignoreOrder: true);
        rows.Sum(row => row.AmountUsd).ShouldBe(412.8m);
        rows.ShouldAllBe(row => row.Basis == "billed" && row.Currency == "USD" && row.Quantity == null);
        rows.ShouldAllBe(row => row.Dimensions!.Value.GetRawText() == """{"product":"chat"}""");
        rows.Select(row => row.RowKey).ShouldBeUnique();
        _vendor.Asked[1].ShouldEndWith(
            "&group_by[]=product&group_by[]=model&group_by[]=cost_type&group_by[]=token_type");
    }

    /// <summary>A day has at most 100 groups, and what a person used may be in one that has no row.</summary>
    [Fact]
    public async Task What_is_in_no_group_that_has_a_row_is_in_the_rest_of_the_day()
    {
        OnUsage(
            all: [Usage(null, null, 1_000)],
            groups: [Usage("chat", "claude-opus-5", 600), Usage(null, null, 50)],
            people: [Usage("cowork", "claude-haiku-5", 30, Jon), Usage(null, null, 20, Mara)]);

        var rows = (await ReadAsync("enterprise_usage")).OfType<UsageRecord>().ToList();

        rows.Select(row => (row.Product, row.ActorId, row.Requests)).ShouldBe(
            [("cowork", Jon, 30), (null, Mara, 20), ("chat", null, 600), (null, null, 350)], ignoreOrder: true);
        rows.Select(row => row.RowKey).ShouldBeUnique();
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("39999.9999995", 1)]
    [InlineData("40000.0000005", 1)]
    [InlineData("39999.99", 2)]
    public async Task Amounts_are_rounded_one_by_one_and_only_more_than_that_is_left(string part, int expected)
    {
        OnCost(
            all: [Cost(null, null, null, "40000", "40000")],
            groups: [Cost("chat", "tokens", "output_tokens", "40000", "40000")],
            people: [Cost("chat", "tokens", "output_tokens", part, "40000", Mara)]);

        (await ReadAsync("enterprise_cost")).OfType<CostRecord>().Count().ShouldBe(expected);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    /// <summary>A part never decides the sum.</summary>
    [Theory]
    [InlineData(600, 601, "product_model.v1", "used more than usage_report has")]
    [InlineData(1_001, 10, "ungrouped.v1", "are more than all of it")]
    public async Task Parts_that_are_more_than_the_whole_are_left_out(int group, int person, string grain, string told)
    {
        OnUsage(
            all: [Usage(null, null, 1_000)],
            groups: [Usage("chat", "claude-opus-5", group)],
            people: [Usage("chat", "claude-opus-5", person, Mara)]);

        var rows = (await ReadAsync("enterprise_usage")).OfType<UsageRecord>().ToList();

        rows.Sum(row => row.Requests).ShouldBe(1_000);
        rows.ShouldAllBe(row => row.Grain == grain && row.ActorId == null);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain(told);
    }

    /// <summary>Whoever used nothing, and a group without anybody, is no reason to lose a day.</summary>
    [Fact]
    public async Task A_day_without_usage_is_empty_and_every_page_of_people_is_read()
    {
        OnUsage([], [], []);
        (await ReadAsync("enterprise_usage")).ShouldBe([new BucketArrived(new DateOnly(2026, 11, 2))]);

        OnBucket("usage_report", Usage(null, null, 30)).OnBucket("usage_report", Usage("chat", "m", 30));
        _vendor.On(Root + "user_usage_report", Page([Usage("chat", "m", 10, Mara)], """true, "next_page": "p2" """))
            .On(Root + "user_usage_report", Page([Usage("chat", "m", 20, Jon)]));
        (await ReadAsync("enterprise_usage")).OfType<UsageRecord>().Select(row => row.ActorId).ShouldBe([Mara, Jon]);
        _vendor.Asked[^1].ShouldEndWith("&page=p2");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"2026-11-02T20:00:00Z\"")]
    public async Task A_day_that_is_not_exported_is_not_ready_and_is_asked_for_once(string export)
    {
        _vendor.On($"{Root}usage_report", Bucket([], export));

        var failure = await _bench.TransientAsync("anthropic", "enterprise_usage", Day, Day);

        failure.IsNotReady.ShouldBeTrue();
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Answers_of_two_exports_do_not_belong_together()
    {
        OnBucket("usage_report", Usage(null, null, 1));
        _vendor.On($"{Root}usage_report", Bucket([Usage("chat", "m", 2)], "\"2026-11-03T08:00:00Z\""));

        (await _bench.TransientAsync("anthropic", "enterprise_usage", Day, Day)).Message
            .ShouldContain("do not belong together");
    }

    [Fact]
    public async Task What_the_reports_do_not_document_is_refused()
    {
        OnUsage(all: [Usage(null, null, 1), Usage(null, null, 2)], groups: [], people: []);
        (await _bench.RejectedAsync("anthropic", "enterprise_usage", Day, Day)).Message
            .ShouldContain("usage_report of 2026-11-02 has 2 rows where it is not grouped");

        OnUsage(all: [], groups: [Usage("chat", "m", 1)], people: []);
        (await _bench.RejectedAsync("anthropic", "enterprise_usage", Day, Day)).Message.ShouldContain("has 0 rows");

        var nobody = Usage("chat", "m", 1, Mara).Replace("actor", "agent", StringComparison.Ordinal);
        OnUsage(all: [Usage(null, null, 1)], groups: [], people: [nobody]);
        (await _bench.RejectedAsync("anthropic", "enterprise_usage", Day, Day)).Message.ShouldContain("actor");

        _vendor.On($"{Root}usage_report", Page([]));
        (await _bench.RejectedAsync("anthropic", "enterprise_usage", Day, Day)).Message
            .ShouldContain("has 0 buckets, not one");

        _vendor.On($"{Root}usage_report", Bucket([]).Replace(Day, "2026-11-01", StringComparison.Ordinal)
            .Replace("-03T00", "-02T00", StringComparison.Ordinal));
        (await _bench.RejectedAsync("anthropic", "enterprise_usage", Day, Day)).Message
            .ShouldContain("is 2026-11-01, not the day that was asked for");
    }

    [Theory]
    [InlineData("null, \"mood\": 1", "mood")]
    [InlineData("null, \"total_tokens\": 7", "total_tokens is not the sum")]
    [InlineData("\"fast\"", "speed is present although it was not requested")]
    public async Task What_nobody_asked_for_is_noted(string speed, string told)
    {
        var row = Usage(null, null, 5).Replace("\"speed\": null", $"\"speed\": {speed}", StringComparison.Ordinal);
        OnUsage(all: [row], groups: [], people: []);

        (await ReadAsync("enterprise_usage")).OfType<UsageRecord>().ShouldHaveSingleItem().Requests.ShouldBe(5);

        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain(told);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_refused()
    {
        _vendor.On(
            $"{Root}cost_report",
            """{"type":"error","error":{"type":"permission_error","message":"needs the scope read:analytics"}}""",
            HttpStatusCode.Forbidden);

        (await _bench.RejectedAsync("anthropic", "enterprise_cost", Day, Day)).Message.ShouldContain("read:analytics");
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    /// <summary>A row of any of the usage reports: requests and searches are <paramref name="count"/>.</summary>
    private static string Usage(string? product, string? model, int count, string? person = null) => $$"""
        { {{Who(person)}}"product": {{Text(product)}}, "model": {{Text(model)}}, "uncached_input_tokens": {{count}},
          "cache_creation": { "ephemeral_1h_input_tokens": {{count * 2}}, "ephemeral_5m_input_tokens": {{count}} },
          "cache_read_input_tokens": {{count * 3}}, "output_tokens": {{count * 3}}, "requests": {{count}},
          "server_tool_use": { "web_search_requests": {{count}} }, {{Others}} }
        """;

    private static string Cost(
        string? product, string? costType, string? tokenType, string amount, string list, string? person = null) =>
        $$"""
        { {{Who(person)}}"product": {{Text(product)}}, "model": {{Text(product is null ? null : "claude-opus-5")}},
          "cost_type": {{Text(costType)}}, "token_type": {{Text(tokenType)}}, "amount": "{{amount}}",
          "list_amount": "{{list}}", "currency": "USD", "requests": null, {{Others}} }
        """;

    private const string Others = """
        "context_window": null, "inference_geo": null, "speed": null, "rbac_group_id": null, "slack_channel_id": null,
        "claude_tag_category": null, "claude_tag_user_id": null
        """;

    private static string Who(string? person) => person is null ? "" : $$"""
        "actor": { "deleted": false, "email_address": "a@example.com", "name": "A", "type": "user_actor",
        "user_id": "{{person}}" }, "starting_at": "2026-11-02T00:00:00Z", "ending_at": "2026-11-03T00:00:00Z",
        """;

    private static string Text(string? text) => text is null ? "null" : $"\"{text}\"";

    private static string Bucket(string[] rows, string export = $"\"{Export}\"") => Page(
        [
            $$"""
            { "starting_at": "{{Day}}T00:00:00Z", "ending_at": "2026-11-03T00:00:00Z",
              "results": [{{string.Join(',', rows)}}] }
            """,
        ],
        export: export);

    private static string Page(
        string[] rows, string more = """false, "next_page": null""", string export = $"\"{Export}\"") =>
        $$"""
        { "data": [{{string.Join(',', rows)}}], "data_refreshed_at": {{export}}, "has_more": {{more}},
          "organization_id": "org_01TEST" }
        """;

    private EnterpriseReportTests OnBucket(string path, params string[] rows)
    {
        _vendor.On(Root + path, Bucket(rows));
        return this;
    }

    private void OnUsage(string[] all, string[] groups, string[] people) => On("usage_report", all, groups, people);

    private void OnCost(string[] all, string[] groups, string[] people) => On("cost_report", all, groups, people);

    private void On(string path, string[] all, string[] groups, string[] people)
    {
        OnBucket(path, all).OnBucket(path, groups);
        _vendor.On($"{Root}user_{path}", Page(people));
    }

    private Task<List<VendorItem>> ReadAsync(string report) => _bench.ReadAsync("anthropic", report, Day, Day);
}

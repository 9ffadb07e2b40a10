using System.Text;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Other;

/// <summary>Two real APIs, and every way to page and to map, described in settings alone.</summary>
public sealed class DescribedReportTests : IDisposable
{
    private const string Usage = "/v1/usage";

    private readonly StubVendor _vendor = new();
    private VendorBench? _bench;

    private static DateOnly First => new(2026, 11, 1);

    [Fact]
    public async Task LiteLLM_tells_parts_of_a_row_on_several_pages_which_are_one_row()
    {
        _vendor.On("/user/daily/activity", Answers.Read("Other", "litellm-1"))
            .On("/user/daily/activity", Answers.Read("Other", "litellm-2"));
        Describe("litellm", $"file:{Path.Combine(AppContext.BaseDirectory, "Vendors", "Other", "litellm.json")}");

        var items = await _bench!.ReadAsync("litellm", "daily_activity", "2026-11-01", "2026-11-03");

        items.OfType<BucketArrived>().Select(bucket => bucket.Day)
            .ShouldBe([First, First.AddDays(1), First.AddDays(2)], "a day without rows has arrived too");
        items.OfType<UsageRecord>()
            .Select(row => (
                row.UsageDate.Day, row.Model, row.ApiKeyId, row.SubAccountId, row.InputUncachedTokens,
                row.CacheReadTokens, row.CacheWriteTokens, row.OutputTokens, row.Requests))
            .ShouldBe(
                [
                    (1, "gpt-4o", "28d6", "team-1", 5, 2, 0, 3, 1),
                    (2, "claude-sonnet-4-5", "28d6", "team-1", 521, 400, 100, 1720, 13),
                    (2, "claude-sonnet-4-5", "91aa", null, 5, 0, 0, 0, 1),
                ]);
        items.OfType<CostRecord>().Select(row => (row.UsageDate.Day, row.AmountUsd, row.Basis, row.Currency)).ShouldBe(
            [
                (1, 0.25m, CostBasis.Estimated, "USD"),
                (2, 1.1m, CostBasis.Estimated, "USD"),
                (2, 0m, CostBasis.Estimated, "USD"),
            ]);
        items.OfType<VendorRecord>().Select(row => row.RowKey).ShouldBeUnique();
        _bench.Drift.Notes.ShouldBeEmpty();
        _vendor.Asked.ShouldBe(
            [
                "/user/daily/activity?end_date=2026-11-03&page_size=1000&start_date=2026-11-01&page=1",
                "/user/daily/activity?end_date=2026-11-03&page_size=1000&start_date=2026-11-01&page=2",
            ]);
        _vendor.Headers[0].Authorization!.ToString().ShouldBe($"Bearer {VendorBench.Secret}");
    }

    [Fact]
    public async Task Langfuse_is_asked_in_JSON_and_leaves_the_price_of_a_model_without_one_null()
    {
        _vendor.On("/api/public/v2/metrics", Answers.Read("Other", "langfuse"));
        Describe("langfuse", $"file:{Path.Combine(AppContext.BaseDirectory, "Vendors", "Other", "langfuse.json")}");

        var items = await _bench!.ReadAsync(
            "langfuse", "observations", "2026-11-01", "2026-11-02", secret: "pk-lf-public:sk-lf-secret");

        items.OfType<UsageRecord>()
            .Select(row => (
                row.UsageDate.Day, row.Model, row.Dimensions!.Value.GetRawText(), row.InputUncachedTokens,
                row.OutputTokens, row.CacheReadTokens, row.Requests))
            .ShouldBe(
                [
                    (1, "gpt-4o", """{"environment":"production"}""", 120, 30, null, 4),
                    (1, "llama-unpriced", """{"environment":"production"}""", 9, 1, null, 1),
                    (2, "gpt-4o", """{"environment":"staging"}""", 7, 2, null, 1),
                ]);
        items.OfType<CostRecord>().Select(row => (row.UsageDate.Day, row.AmountUsd))
            .ShouldBe([(1, 0.000875m), (2, 0.000015m)], "null is not zero");
        _bench.Drift.Notes.ShouldBe(["data[] leaves amount_usd null: it makes no row of the table cost"]);
        _vendor.Asked.Single().ShouldContain(
            """{"granularity":"day"},"fromTimestamp":"2026-11-01T00:00:00Z","toTimestamp":"2026-11-02T23:59:59.999Z",""");
        _vendor.Headers[0].Authorization!.ToString().ShouldBe(
            $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("pk-lf-public:sk-lf-secret"))}");
    }

    [Fact]
    public async Task As_many_rows_as_the_vendor_answers_with_at_most_are_asked_for_day_by_day()
    {
        _vendor.On("/v1/usage", Page(Row("2026-11-01", "a"), Row("2026-11-02", "b")))
            .On("/v1/usage", Page(Row("2026-11-01", "a")))
            .On("/v1/usage", Page(Row("2026-11-02", "b"), Row("2026-11-02", "c")));
        Describe(("RowLimit", "2"));

        (await RejectedAsync("2026-11-01", "2026-11-02")).Message.ShouldContain(
            "2026-11-02 has 2 rows, as many as the vendor answers with at most (RowLimit)");
        _vendor.Asked.Select(asked => asked.Split('?')[1]).ShouldBe(
            [
                "from=2026-11-01&until=2026-11-03", "from=2026-11-01&until=2026-11-02",
                "from=2026-11-02&until=2026-11-03",
            ]);
    }

    [Fact]
    public async Task Pages_follow_a_cursor_within_the_page_that_may_be_a_number()
    {
        _vendor.On(Usage, """{"meta":{"next":7,"more":true},"data":[{"day":"2026-11-01","model":"a","n":1}]}""")
            .On(Usage, """{"data":[{"day":"2026-11-01","model":"b","n":2}],"meta":{"more":false,"next":null}}""");
        Describe(
            ("Paging:By", "cursor"), ("Paging:Parameter", "after"), ("Paging:Cursor", "$.meta.next"),
            ("Paging:HasMore", "$.meta.more"));

        (await RequestsAsync()).ShouldBe([("a", 1), ("b", 2)]);
        _vendor.Asked[1].ShouldEndWith("&after=7");
        _bench!.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_links_in_a_header_or_in_the_page_on_the_same_host_alone()
    {
        foreach (var (setting, first) in new[] { ("header", "{"), ("$.next", """{"next":"/v1/more?p=2",""") })
        {
            _vendor.On(
                Usage,
                $$"""{{first}}"data":[{"day":"2026-11-01","model":"a","n":1}]}""",
                headers: ("Link", """<https://vendor.test/v1/more?p=2>; rel="next" """))
                .On("/v1/more", """{"data":[{"day":"2026-11-01","model":"b","n":2}]}""");
            Describe(("Paging:By", "link"), ("Paging:Link", setting));

            (await RequestsAsync()).ShouldBe([("a", 1), ("b", 2)]);
        }

        _vendor.On(Usage, """{"data":[],"next":"https://elsewhere.test/v1/more"}""");
        (await RejectedAsync("2026-11-01", "2026-11-01")).Message.ShouldContain("is not on vendor.test");
    }

    [Theory]
    [InlineData("TotalPages", "$.pages", "\"pages\":2", "\"pages\":2")]
    [InlineData("HasMore", "$.more", "\"more\":true", "\"more\":false")]
    [InlineData(null, null, "\"x\":0", "\"x\":0")]
    public async Task Pages_are_numbered_until_a_total_a_flag_or_an_empty_page_ends_them(
        string? setting, string? path, string first, string last)
    {
        _vendor.On(Usage, $$"""{"data":[{"day":"2026-11-01","model":"a","n":1}],{{first}}}""")
            .On(Usage, $$"""{"data":[{"day":"2026-11-01","model":"b","n":2}],{{last}}}""")
            .On(Usage, """{"data":[]}""");
        Describe(
            ("Paging:By", "page"), ("Paging:Parameter", "page"), ("Paging:FirstPage", "0"),
            ($"Paging:{setting ?? "By"}", path ?? "page"));

        (await RequestsAsync()).ShouldBe([("a", 1), ("b", 2)]);
        _vendor.Asked.Select(asked => asked[^6..])
            .ShouldBe(setting is null ? ["page=0", "page=1", "page=2"] : ["page=0", "page=1"]);
    }

    [Fact]
    public async Task A_page_may_be_a_list_and_nothing_else()
    {
        _vendor.On(Usage, """[{"day":"2026-11-01","model":"a","n":1},{"day":"2026-11-01","model":"b","n":2}]""")
            .On(Usage, """{"data":[]}""");
        Describe(("Rows", "$[*]"));

        (await RequestsAsync()).ShouldBe([("a", 1), ("b", 2)]);
        (await RejectedAsync("2026-11-01", "2026-11-01")).Message.ShouldContain("the answer is not an array");
    }

    [Fact]
    public async Task A_member_that_the_settings_do_not_name_is_noted_and_distinguishes_rows()
    {
        _vendor.On(Usage, Page(
            """{"day":"2026-11-01","model":"a","n":1,"tier":"x"}""",
            """{"day":"2026-11-01","model":"a","n":1,"tier":"y"}"""));
        Describe();

        var rows = (await ReadAsync()).OfType<UsageRecord>().ToList();

        rows.Count.ShouldBe(2);
        rows.Select(row => row.Words.Texts).ShouldBeUnique();
        _bench!.Drift.Notes.ShouldBe(["data[].tier"]);
    }

    [Theory]
    [InlineData("\"2026-11-01\"")]
    [InlineData("\"2026-11-01T23:59:59.999Z\"")]
    [InlineData("\"2026-11-02T01:00:00+02:00\"")]
    [InlineData("1793491200")]
    [InlineData("\"1793577599\"")]
    [InlineData("1793577599999")]
    public async Task A_day_is_a_date_or_a_time(string day)
    {
        _vendor.On(Usage, Page($$"""{"day":{{day}},"model":"a","n":1}"""));
        Describe();

        (await ReadAsync()).OfType<UsageRecord>().Single().UsageDate.ShouldBe(First);
    }

    [Theory]
    [InlineData("""{"day":"2026-13-01","model":"a","n":1}""", "has '2026-13-01' for its day, which is not a date or a time")]
    [InlineData("""{"day":null,"model":"a","n":1}""", "has 'null' for its day")]
    [InlineData("""{"day":99999999999999999999,"model":"a","n":1}""", "for its day, which is not a date or a time")]
    [InlineData("""{"day":"2026-11-05","model":"a","n":1}""", "is of 2026-11-05, a day that was not asked for")]
    [InlineData("""{"day":"2026-11-01","model":"a","n":-1}""", "gives -1 for 'requests'")]
    [InlineData("""{"day":"2026-11-01","model":"a","n":1.5}""", "gives 1.5 for 'requests'")]
    [InlineData("""{"day":"2026-11-01","model":"a","n":9223372036854775808}""", "for 'requests', which takes a whole")]
    [InlineData("""{"day":"2026-11-01","model":"a","n":"many"}""", "is \"many\", not a decimal")]
    [InlineData("""{"day":"2026-11-01","model":"a","n":{}}""", "is {}, not a decimal")]
    [InlineData("""{"day":"2026-11-01","model":{"id":1},"n":1}""", "'data[].model' is not a text, a number or a flag")]
    [InlineData("""{"day":"2026-11-01","model":"a","count":1}""", "has nothing where the settings say that requests is")]
    [InlineData("\"text\"", "is not an object")]
    public async Task What_the_settings_promise_and_a_row_does_not_keep_breaks_the_contract(string row, string message)
    {
        _vendor.On(Usage, Page(row));
        Describe();

        (await RejectedAsync("2026-11-01", "2026-11-02")).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("{}", "'data' is missing")]
    [InlineData("""{"data":null}""", "'data' is not an array")]
    [InlineData("""{"error":{"type":"authentication_error","message":"no"},"data":[]}""", "with an error in place of data")]
    public async Task A_page_without_its_list_is_never_an_empty_day(string page, string message)
    {
        _vendor.On(Usage, page);
        Describe();

        (await Should.ThrowAsync<Exception>(ReadAsync())).Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_vendor_that_is_not_asked_for_days_may_answer_with_others()
    {
        _vendor.On(Usage, Page(Row("2026-10-31", "old"), Row("2026-11-01", "a"), Row("2026-11-09", "new")));
        Describe(("Query:from", ""), ("Query:until", ""));

        (await RequestsAsync()).ShouldBe([("a", 1)]);
    }

    [Fact]
    public async Task Money_in_cents_of_another_currency_is_refused_and_in_dollars_is_exact()
    {
        (string, string)[] cost =
        [
            ("Cost:basis", "billed"), ("Cost:amounts_in", "cents"), ("Cost:currency", "@.cur"),
            ("Cost:amount_usd", "@.usd - @.credit"), ("Cost:line_item", "'line'"),
        ];
        _vendor.On(Usage, Page("""{"day":"2026-11-01","model":"a","n":1,"usd":"123.4567","credit":0.0001,"cur":"usd"}"""))
            .On(Usage, Page("""{"day":"2026-11-01","model":"a","n":1,"usd":1,"credit":0,"cur":"EUR"}"""));
        Describe(cost);

        var row = (await ReadAsync()).OfType<CostRecord>().Single();
        (row.AmountUsd, row.Currency, row.Basis, row.LineItem).ShouldBe((1.234566m, "USD", "billed", "line"));
        (await RejectedAsync("2026-11-01", "2026-11-01")).Message.ShouldContain("is in 'EUR'; only US dollars");
    }

    [Fact]
    public async Task What_people_did_is_activity_and_a_key_may_be_in_any_header()
    {
        _vendor.On(Usage, Page("""{"day":"2026-11-01","model":"a","n":1,"who":42,"lines":7}"""));
        Describe(
            ("Authentication:Scheme", "header"), ("Authentication:Header", "x-api-key"), ("Headers:x-version", "3"),
            ("Activity:product", "'editor'"), ("Activity:actor_type", "'user'"), ("Activity:actor_id", "@.who"),
            ("Activity:lines_added", "@.lines"));

        var row = (await ReadAsync()).OfType<ActivityRecord>().Single();

        (row.Product, row.ActorType, row.ActorId, row.LinesAdded, row.Sessions)
            .ShouldBe(("editor", "user", "42", 7, null));
        _vendor.Headers[0].GetValues("x-api-key").ShouldBe([VendorBench.Secret]);
        _vendor.Headers[0].GetValues("x-version").ShouldBe(["3"]);
        _vendor.Headers[0].Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task A_body_makes_a_POST_with_the_days_in_it()
    {
        string? body = null;
        _vendor.On(Usage, request =>
        {
            request.Method.ShouldBe(HttpMethod.Post);
            body = request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            return new HttpResponseMessage { Content = new StringContent(Page()) };
        });
        Describe(("Body", """{"start":{from:unix},"end":{to:unix_ms},"until":"{until}","v":{"x":1}}"""));

        (await ReadAsync()).ShouldBe([new BucketArrived(First)]);
        body.ShouldBe("""{"start":1793491200,"end":1793577599999,"until":"2026-11-02","v":{"x":1}}""");
    }

    [Fact]
    public async Task The_halves_of_a_password_are_not_repeated()
    {
        _vendor.On(Usage, """{"error":{"message":"no user public-half with password-half-1"}}""",
            System.Net.HttpStatusCode.Unauthorized);
        Describe(("Authentication:Scheme", "basic"));

        var refusal = await Should.ThrowAsync<RejectedEventException>(
            _bench!.ReadAsync("acme_ai", "usage", "2026-11-01", "2026-11-01", secret: "public-half:password-half-1"));

        refusal.Message.ShouldContain("no user … with …");
        refusal.Hint.ShouldContain("Vendors__Other__acme_ai__Authentication");
        refusal.Hint.ShouldContain("Vendors:Other:acme_ai:Accounts");
    }

    public void Dispose()
    {
        _bench?.Dispose();
        _vendor.Dispose();
    }

    private static string Row(string day, string model) => $$"""{"day":"{{day}}","model":"{{model}}","n":1}""";

    private static string Page(params string[] rows) => $$"""{"data":[{{string.Join(',', rows)}}]}""";

    private void Describe(string name, string description)
    {
        _bench?.Dispose();
        _bench = new VendorBench(
            _vendor,
            null,
            ($"Vendors:Other:{name}", description),
            ($"Vendors:Other:{name}:Accounts:0:Name", "acme"),
            ($"Vendors:Other:{name}:Accounts:0:Secret", "written:x"));
    }

    /// <summary>A small vendor, and what is different about it.</summary>
    private void Describe(params (string Setting, string Value)[] different)
    {
        var settings = DescriptionTests.Small.ToDictionary();
        foreach (var (setting, value) in different)
        {
            var isOfVendor = setting.StartsWith("Authentication", StringComparison.Ordinal)
                || setting.StartsWith("Headers", StringComparison.Ordinal);
            settings[$"Vendors:Other:acme_ai:{(isOfVendor ? "" : "Reports:usage:")}{setting}"] = value;
        }

        _bench?.Dispose();
        _bench = new VendorBench(_vendor, null, [.. settings.Select(pair => (pair.Key, (string?)pair.Value))]);
    }

    private Task<List<VendorItem>> ReadAsync() => _bench!.ReadAsync("acme_ai", "usage", "2026-11-01", "2026-11-01");

    private async Task<List<(string?, long?)>> RequestsAsync() =>
        [.. (await ReadAsync()).OfType<UsageRecord>().Select(row => (row.Model, row.Requests))];

    private Task<RejectedEventException> RejectedAsync(string from, string to) =>
        _bench!.RejectedAsync("acme_ai", "usage", from, to);
}

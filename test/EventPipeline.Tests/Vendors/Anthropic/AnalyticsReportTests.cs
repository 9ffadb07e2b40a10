using System.Net;
using System.Text.Json.Nodes;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>The Usage and Cost Analytics API: flat rows, and an export that says which days are there.</summary>
public sealed class AnalyticsReportTests : IDisposable
{
    private const string Usage = "/v1/organizations/analytics/usage";
    private const string Cost = "/v1/organizations/analytics/cost";
    private const string Export = "2026-11-27T20:00:00Z";

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public AnalyticsReportTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_example_pages_of_usage_are_four_rows_on_two_days_of_four()
    {
        _vendor.On(Usage, Read("analytics_usage_page1")).On(Usage, Read("analytics_usage_page2"));

        var items = await ReadAsync("analytics_usage", "2026-11-03", "2026-11-06");

        items.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).Distinct().ShouldBe([3, 5, 4, 6]);
        var rows = items.OfType<UsageRecord>().ToList();
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(4);
        rows.Select(row => row.UsageDate.Day).ShouldBe([3, 3, 5, 5]);
        rows.Sum(row => row.InputUncachedTokens).ShouldBe(1790);
        rows.Sum(row => row.CacheReadTokens).ShouldBe(310);
        rows.Sum(row => row.CacheWrite5mTokens).ShouldBe(400);
        rows.Sum(row => row.CacheWrite1hTokens).ShouldBe(100);
        rows.Sum(row => row.OutputTokens).ShouldBe(750);
        rows.Sum(row => row.Tokens).ShouldBe(3350);
        rows.Sum(row => row.Requests).ShouldBe(24);
        rows.Sum(row => row.Quantity).ShouldBe(1);
        rows.Select(row => (row.ActorType, row.ActorId)).ShouldBe(
        [
            ("api_key", "apikey_01TESTA"), ("user", "user_01TESTA"), ("service_account", "svac_01TESTA"),
            ("service_account", "svac_01TESTA"),
        ]);
        rows[0].SubAccountId.ShouldBe("wrkspc_01TESTDEFAULT");
        rows[0].ApiKeyId.ShouldBe("apikey_01TESTA");
        rows[3].Model.ShouldBeNull("Code that ran has no model.");
        _vendor.Asked[0].ShouldBe(
            "/v1/organizations/analytics/usage?starting_at=2026-11-03T00:00:00Z&ending_at=2026-11-07T00:00:00Z"
                + "&time_bucket_width=1d&limit=1000&order_by=time&order=asc&group_by[]=workspace_id"
                + "&group_by[]=api_key_id&group_by[]=model&group_by[]=product&group_by[]=actor");
        _vendor.Asked[1].ShouldBe(_vendor.Asked[0] + "&page=page_TESTu2");
        _vendor.Headers.ShouldAllBe(
            headers => headers.GetValues("anthropic-beta").Single() == "analytics-usage-cost-2026-08-24");
    }

    [Fact]
    public async Task The_example_page_of_costs_has_net_and_list_price()
    {
        _vendor.On(Cost, Read("analytics_cost"));

        var items = await ReadAsync("analytics_cost", "2026-11-01", "2026-11-07");

        var rows = items.OfType<CostRecord>().ToList();
        rows.Count.ShouldBe(5);
        rows.Sum(row => row.AmountUsd).ShouldBe(11.110073125m);
        rows.Sum(row => row.ListUsd).ShouldBe(13.66009m);
        rows.ShouldAllBe(row => row.Basis == CostBasis.Billed && row.Currency == "USD");
        _vendor.Asked[0].ShouldEndWith("&group_by[]=actor&group_by[]=cost_type&group_by[]=token_type");
    }

    [Fact]
    public async Task No_export_is_not_an_empty_day()
    {
        _vendor.On(Usage, Read("analytics_not_ready"));

        var failure = await _bench.TransientAsync("anthropic", "analytics_usage", "2026-11-26", "2026-11-26");

        failure.IsNotReady.ShouldBeTrue("It is waited for, and the days before it are kept.");
        failure.Message.ShouldContain("the data is not ready");
        failure.Message.ShouldContain("2026-11-26");
    }

    /// <summary>
    /// Whether they have rows or not; and more pages of a read that is for nothing are not asked for.
    /// </summary>
    [Theory]
    [InlineData("2026-11-05T00:00:00Z", new[] { 3, 4 })]
    [InlineData("2026-11-06T20:00:00Z", new[] { 3, 4, 5 })]
    public async Task The_days_before_one_that_is_not_exported_have_arrived(string export, int[] days)
    {
        _vendor.On(Usage, Page([Row(4, "a", 1)], export, "p2"));

        var (arrived, failure) = await _bench.ReadUntilNotReadyAsync(
            "anthropic", "analytics_usage", "2026-11-03", "2026-11-06");

        failure.Message.ShouldContain("2026-11-06 was over later");
        arrived.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).Distinct().Order()
            .ShouldBe(days);
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("2026-11-26T23:59:59Z", false)]
    [InlineData("2026-11-27T00:00:00Z", true)]
    public async Task A_day_without_rows_is_empty_if_the_export_was_made_when_it_was_over(string export, bool isReady)
    {
        _vendor.On(Usage, Page([], export));

        if (isReady)
        {
            (await ReadAsync("analytics_usage", "2026-11-26", "2026-11-26"))
                .ShouldHaveSingleItem().ShouldBe(new BucketArrived(new DateOnly(2026, 11, 26)));
        }
        else
        {
            (await _bench.TransientAsync("anthropic", "analytics_usage", "2026-11-26", "2026-11-26")).Message
                .ShouldContain("was over later");
        }
    }

    [Theory]
    [InlineData("\"2026-11-28T00:00:00Z\"")]
    [InlineData("null")]
    public async Task Pages_of_two_exports_do_not_belong_together(string second)
    {
        _vendor
            .On(Usage, Page([Row(3, "a", 1)], Export, "p2"))
            .On(Usage, Page([Row(3, "b", 1)], Export).Replace($"\"{Export}\"", second, StringComparison.Ordinal));

        var failure = await _bench.TransientAsync("anthropic", "analytics_usage", "2026-11-03", "2026-11-03");

        failure.Message.ShouldContain("was refreshed while its pages were read");
    }

    [Fact]
    public async Task A_page_that_does_not_say_its_export_breaks_the_contract()
    {
        _vendor.On(Usage, """{ "data": [], "has_more": false, "next_page": null }""");

        (await _bench.RejectedAsync("anthropic", "analytics_usage", "2026-11-03", "2026-11-03")).Message
            .ShouldContain("data_refreshed_at");
    }

    [Fact]
    public async Task An_expired_cursor_means_to_read_from_the_first_page_again()
    {
        _vendor
            .On(Usage, Page([Row(3, "a", 1)], Export, "p2"))
            .On(
                Usage,
                """{"type":"error","error":{"type":"invalid_request_error","message":"expired"}}""",
                HttpStatusCode.Gone);

        (await _bench.TransientAsync("anthropic", "analytics_usage", "2026-11-03", "2026-11-03")).Message
            .ShouldContain("read again from its first page");
    }

    /// <summary>
    /// The rows of three days, with actors whom the key may not see among them, over pages of two rows, the oldest or
    /// the newest day first, in each order within a day: always the same rows and sums.
    /// </summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task No_order_and_no_cut_of_pages_loses_or_doubles_a_row(bool newestFirst, bool smallestFirst)
    {
        JsonObject[][] days =
        [
            [Row(3, "a", 40), Row(3, null, 30), Row(3, "b", 20), Row(3, null, 10), Row(3, null, 10)],
            [Row(4, null, 7)],
            [Row(5, null, 5), Row(5, "a", 4), Row(5, null, 3, model: "m2"), Row(5, null, 2)],
        ];
        var ordered = (newestFirst ? days.Reverse() : days)
            .SelectMany(day => smallestFirst ? day.Reverse() : day)
            .ToList();
        for (var from = 0; from < ordered.Count; from += 2)
        {
            var isLast = from + 2 >= ordered.Count;
            _vendor.On(Usage, Page([.. ordered.Skip(from).Take(2)], Export, isLast ? null : $"p{from}"));
        }

        var items = await ReadAsync("analytics_usage", "2026-11-02", "2026-11-05");

        var rows = items.OfType<UsageRecord>().ToList();
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(rows.Count);
        rows.OrderBy(row => row.UsageDate)
            .ThenBy(row => row.ActorId, StringComparer.Ordinal)
            .ThenBy(row => row.Model, StringComparer.Ordinal)
            .Select(row => (row.UsageDate.Day, row.ActorId, row.Model, row.OutputTokens, row.Requests))
            .ShouldBe(
            [
                (3, null, "m", 50, 3), (3, "a", "m", 40, 1), (3, "b", "m", 20, 1), (4, null, "m", 7, 1),
                (5, null, "m", 7, 2), (5, null, "m2", 3, 1), (5, "a", "m", 4, 1),
            ]);
        DateOnly? current = null;
        foreach (var item in items)
        {
            // As a load takes them: a row belongs to the bucket that arrived last.
            current = item is BucketArrived bucket ? bucket.Day : current;
            (item as UsageRecord)?.UsageDate.ShouldBe(current!.Value);
        }

        items.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).Distinct().Order().ShouldBe([2, 3, 4, 5]);
    }

    [Fact]
    public async Task Money_of_hidden_actors_is_added_exactly()
    {
        _vendor.On(Cost, Page([Line("0.1", "0.2"), Line("0.000000000000001", "0.2"), Line("-3", null)], Export));

        var row = (await ReadAsync("analytics_cost", "2026-11-03", "2026-11-03")).OfType<CostRecord>()
            .ShouldHaveSingleItem();

        row.AmountUsd.ShouldBe(-0.02899999999999999m);
        row.ListUsd.ShouldBeNull("Of one of them it is not known.");
    }

    [Fact]
    public async Task A_page_without_rows_is_not_the_end()
    {
        _vendor
            .On(Usage, Page([], Export, "p2"))
            .On(Usage, Page([Row(3, "a", 1)], Export, "p3"))
            .On(Usage, Page([], Export));

        (await ReadAsync("analytics_usage", "2026-11-03", "2026-11-03")).OfType<UsageRecord>()
            .ShouldHaveSingleItem().OutputTokens.ShouldBe(1);
    }

    [Fact]
    public async Task A_day_arrives_on_each_page_that_has_rows_of_it()
    {
        _vendor
            .On(Usage, Page([Row(3, null, 1)], Export, "p2"))
            .On(Usage, Page([Row(3, null, 1)], Export, "p3"))
            .On(Usage, Page([Row(3, "a", 1), Row(4, "a", 1)], Export));

        (await ReadAsync("analytics_usage", "2026-11-03", "2026-11-04")).OfType<BucketArrived>()
            .Select(bucket => bucket.Day.Day).ShouldBe([3, 3, 3, 4]);
    }

    [Fact]
    public async Task A_day_that_comes_again_after_another_is_read_again()
    {
        _vendor.On(Usage, Page([Row(3, "a", 1), Row(4, "a", 1), Row(3, "b", 1)], Export));

        (await _bench.TransientAsync("anthropic", "analytics_usage", "2026-11-03", "2026-11-04")).Message
            .ShouldContain("2026-11-03 came again");
    }

    [Fact]
    public async Task A_row_of_half_a_day_breaks_the_contract()
    {
        var row = Row(3, "a", 1);
        row["ending_at"] = "2026-11-03T12:00:00Z";
        _vendor.On(Usage, Page([row], Export));

        (await _bench.RejectedAsync("anthropic", "analytics_usage", "2026-11-03", "2026-11-03")).Message
            .ShouldContain("starting_at");
    }

    [Theory]
    [InlineData("""{"type":"federated_actor","provider":{"type":"aws","account_id":"1","signed_principal":"p"},"subject":"s"}""", "federated", "aws 1 p s")]
    [InlineData("""{"type":"federated_actor","provider":{"type":"gcp","project_number":"12"},"subject":null}""", "federated", "gcp 12")]
    [InlineData("""{"type":"federated_actor","provider":{"type":"oidc","issuer":null},"subject":"s"}""", "federated", "oidc s")]
    [InlineData("""{"type":"user_actor","user_id":"u","email_address":null,"name":"Deleted User","deleted":true}""", "user", "u")]
    [InlineData("""{"type":"robot_actor","robot_id":"r","name":"R2"}""", "robot_actor", "r")]
    public async Task Every_kind_of_actor_has_an_id(string actor, string type, string id)
    {
        var row = Row(3, "a", 1);
        row["group"]!["actor"] = JsonNode.Parse(actor);
        _vendor.On(Usage, Page([row], Export));

        var record = (await ReadAsync("analytics_usage", "2026-11-03", "2026-11-03")).OfType<UsageRecord>().Single();

        (record.ActorType, record.ActorId).ShouldBe((type, id));
    }

    [Fact]
    public async Task A_name_that_changes_leaves_the_key_as_it_is()
    {
        var (before, after) = (Row(3, "a", 1), Row(3, "a", 1));
        after["group"]!["actor"]!["name"] = "Deleted User";
        after["group"]!["actor"]!["deleted"] = true;
        _vendor.On(Usage, Page([before], Export)).On(Usage, Page([after], Export));

        var first = (await ReadAsync("analytics_usage", "2026-11-03", "2026-11-03")).OfType<UsageRecord>().Single();
        var second = (await ReadAsync("analytics_usage", "2026-11-03", "2026-11-03")).OfType<UsageRecord>().Single();

        second.RowKey.ShouldBe(first.RowKey);
        second.Words.ShouldBe(first.Words);
    }

    [Fact]
    public async Task A_refused_grouping_leads_to_a_coarser_one_and_never_to_a_token_type_alone()
    {
        _vendor
            .On(Cost, Refusal("group_by: 'cost_type' is not available"), HttpStatusCode.BadRequest)
            .On(Cost, Page([], Export));

        await ReadAsync("analytics_cost", "2026-11-03", "2026-11-03");

        _vendor.Asked[1].ShouldNotContain("cost_type");
        _vendor.Asked[1].ShouldNotContain("token_type");
        _vendor.Asked[1].ShouldContain("group_by[]=actor");
    }

    [Fact]
    public async Task Tokens_beyond_the_documented_kinds_are_noted()
    {
        var row = Row(3, "a", 1);
        row["usage"]!["total_tokens"] = 2;
        _vendor.On(Usage, Page([row], Export));

        await ReadAsync("analytics_usage", "2026-11-03", "2026-11-03");

        _bench.Drift.Notes.ShouldContain(note => note.Contains("total_tokens", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Read(string name) => Answers.Read("Anthropic", name);

    private static string Refusal(string message) =>
        $$$"""{"type":"error","error":{"type":"invalid_request_error","message":"{{{message}}}"}}""";

    private static string Page(JsonObject[] rows, string export, string? next = null) => new JsonObject
    {
        ["data"] = new JsonArray([.. rows]),
        ["has_more"] = next is not null,
        ["next_page"] = next,
        ["data_refreshed_at"] = export,
    }.ToJsonString();

    private static JsonObject Row(int day, string? user, int output, string model = "m") => new()
    {
        ["starting_at"] = $"2026-11-{day:D2}T00:00:00Z",
        ["ending_at"] = $"2026-11-{day + 1:D2}T00:00:00Z",
        ["group"] = Group(user, model),
        ["usage"] = new JsonObject
        {
            ["uncached_input_tokens"] = 0,
            ["cache_creation"] = new JsonObject
            {
                ["ephemeral_1h_input_tokens"] = 0,
                ["ephemeral_5m_input_tokens"] = 0,
            },
            ["cache_read_input_tokens"] = 0,
            ["output_tokens"] = output,
            ["server_tool_use"] = new JsonObject { ["web_search_requests"] = 0 },
            ["requests"] = 1,
            ["total_tokens"] = output,
        },
    };

    private static JsonObject Line(string amount, string? list) => new()
    {
        ["starting_at"] = "2026-11-03T00:00:00Z",
        ["ending_at"] = "2026-11-04T00:00:00Z",
        ["group"] = Group(user: null, "m"),
        ["cost"] = new JsonObject { ["amount"] = amount, ["list_amount"] = list, ["currency"] = "USD" },
    };

    private static JsonObject Group(string? user, string model) => new()
    {
        ["workspace_id"] = "w",
        ["api_key_id"] = null,
        ["model"] = model,
        ["product"] = "chat",
        ["actor"] = user is null
            ? null
            : new JsonObject
            {
                ["type"] = "user_actor",
                ["user_id"] = user,
                ["email_address"] = "a@example.com",
                ["name"] = "A",
                ["deleted"] = false,
            },
    };

    private Task<List<VendorItem>> ReadAsync(string report, string from, string to) =>
        _bench.ReadAsync("anthropic", report, from, to);
}

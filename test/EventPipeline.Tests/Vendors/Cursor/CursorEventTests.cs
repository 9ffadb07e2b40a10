using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.Time.Testing;
using static EventPipeline.Tests.Vendors.Cursor.CursorStub;

namespace EventPipeline.Tests.Vendors.Cursor;

/// <summary>Usage events: the documented answer, and answers that only the documentation's rules explain.</summary>
public sealed class CursorEventTests : IDisposable
{
    private const string Day = "2026-11-20";
    private readonly CursorStub _cursor = new();

    public void Dispose() => _cursor.Dispose();

    [Fact]
    public async Task The_documented_events_are_rows_with_their_exact_prices()
    {
        // The example shows the first 3 of 113 events on 5 pages: here, 3 of 3.
        var answer = Answers.Read("Cursor", "filtered_usage_events")
            .Replace("\"totalUsageEventsCount\": 113", "\"totalUsageEventsCount\": 3", StringComparison.Ordinal)
            .Replace("\"hasNextPage\": true", "\"hasNextPage\": false", StringComparison.Ordinal);
        _cursor.On(EventsPath, answer);

        var rows = await ReadAsync("2025-06-26");

        rows.Sum(row => row.ChargedUsd).ShouldBe(0.6669232m);
        rows.Where(row => row.IsChargeable == false).ShouldHaveSingleItem().ChargedUsd.ShouldBe(0.08m);
        var first = rows.Single(row => row.ChargedUsd == 0.2136232m);
        (first.BucketStart, first.BucketWidth).ShouldBe(
            (DateTimeOffset.Parse("2025-06-26T23:07:05.854Z", CultureInfo.InvariantCulture), "event"));
        (first.ActorType, first.ActorId, first.Model, first.Kind, first.ConversationId)
            .ShouldBe(
                (
                    "user", "developer@company.com", "claude-4.5-sonnet", "Usage-based",
                    "8f2e4a1b-6c3d-4e5f-9a7b-2d1c8e6f4a3b"));
        (first.InputUncachedTokens, first.OutputTokens, first.CacheWriteTokens, first.CacheReadTokens, first.Tokens)
            .ShouldBe((126L, 450L, 6112L, 11964L, 126L + 450 + 6112 + 11964));
        (first.ModelUsd, first.FeeUsd, first.DiscountPercent).ShouldBe((0.2018232m, 0.0118m, null));
        (first.Quantity, first.QuantityUnit, first.Basis).ShouldBe((5m, "request_units", "priced_usage"));
        (first.IsMaxMode, first.IsHeadless, first.IsTokenBased, first.IsChargeable)
            .ShouldBe((true, false, true, true));
        var discounted = rows.Single(row => row.DiscountPercent == 10);
        decimal.Round(discounted.ModelUsd!.Value * 0.9m + discounted.FeeUsd!.Value, 4)
            .ShouldBe(discounted.ChargedUsd, "The fee is in it.");
        var included = rows.Single(row => row.IsChargeable == false);
        (included.Kind, included.TokenCounts, included.InputUncachedTokens, included.FeeUsd, included.Quantity)
            .ShouldBe(("Included in Business", default, null, null, 1.4m));
        rows.ShouldAllBe(row => row.Ordinal == 1);
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(3);
        _cursor.Bench.Drift.Notes.ShouldBeEmpty();
        _cursor.Bench.Kept[0].Payload.ShouldBe(answer);
    }

    [Fact]
    public async Task A_window_is_asked_for_at_once_to_the_last_millisecond_of_its_last_day()
    {
        _cursor.On(EventsPath, Page([]));

        var items = await _cursor.Bench.ReadAsync("cursor", "usage_events", "2026-11-18", Day);

        items.ShouldBe(
        [
            .. new[] { "2026-11-18", "2026-11-19", Day }.Select(day => new BucketArrived(DateOnly.Parse(day, null))),
        ]);
        _cursor.Bodies.ShouldHaveSingleItem()
            .ShouldBe("""{"startDate":1794960000000,"endDate":1795219199999,"page":1,"pageSize":1000}""");
        _cursor.Vendor.Headers[0].Authorization!.ToString().ShouldBe(
            $"Basic {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{VendorBench.Secret}:"))}");
    }

    [Fact]
    public async Task Events_in_any_order_over_pages_stand_in_their_own_days_and_midnight_begins_one()
    {
        _cursor
            .On(EventsPath, Page([Event("2026-11-19T00:00:00.000Z"), Event("2026-11-20T23:59:59.999Z")], 4, 1, 2))
            .On(EventsPath, Page([Event("2026-11-20T00:00:00.000Z"), Event("2026-11-19T23:59:59.999Z")], 4, 2, 2));

        var items = await _cursor.Bench.ReadAsync("cursor", "usage_events", "2026-11-19", Day);

        items.Select(item => item switch
        {
            BucketArrived bucket => $"{bucket.Day:yyyy-MM-dd}",
            UsageEventRecord row => $"{row.BucketStart:HH:mm:ss.fff}",
            _ => "",
        }).Chunk(3).Select(day => day[..1].Concat(day[1..].Order(StringComparer.Ordinal))).SelectMany(one => one)
            .ShouldBe(
            [
                "2026-11-19", "00:00:00.000", "23:59:59.999",
                "2026-11-20", "00:00:00.000", "23:59:59.999",
            ]);
        _cursor.Bodies[1].ShouldContain("\"page\":2");
    }

    [Theory]
    [InlineData("2026-11-19T23:59:59.999Z")]
    [InlineData("2026-11-21T00:00:00.000Z")]
    public async Task An_event_that_was_not_requested_breaks_the_contract_by_its_time(string at)
    {
        _cursor.On(EventsPath, Page(Event(at)));

        (await _cursor.Bench.RejectedAsync("cursor", "usage_events", Day, Day)).Message
            .ShouldContain("'usageEvents[].timestamp' is ");
    }

    [Fact]
    public async Task Events_that_agree_in_everything_are_as_many_rows_whatever_their_order()
    {
        var same = Event("2026-11-20T10:00:00Z");
        var more = Event("2026-11-20T10:00:00Z", ("tokenUsage", JsonNode.Parse("""{"inputTokens":1}""")));
        _cursor.On(EventsPath, Page(same, same, more, same)).On(EventsPath, Page(more, same, same, same));

        var rows = await ReadAsync();
        var again = await ReadAsync();

        rows.Select(row => row.Ordinal).Order().ShouldBe([1, 2, 3, 4]);
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(4);
        Keyed(again).ShouldBe(Keyed(rows), ignoreOrder: true);
    }

    [Fact]
    public async Task An_event_that_is_there_twice_may_stand_alone_on_two_pages()
    {
        var same = Event("2026-11-20T10:00:00Z");
        _cursor.On(EventsPath, Page([same], 2, 1, 2)).On(EventsPath, Page([same], 2, 2, 2));

        (await ReadAsync()).Select(row => row.Ordinal).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_price_that_is_recomputed_is_another_amount_of_the_same_row()
    {
        const string at = "2026-11-20T10:00:00Z";
        string[] before =
        [
            Event(at, ("chargedCents", 10)), Event(at, ("chargedCents", 20)),
            Event("2026-11-20T11:00:00Z", ("chargedCents", 5)),
        ];
        string[] after =
        [
            Event(
                "2026-11-20T11:00:00Z",
                ("chargedCents", 4.5m),
                ("kind", "Included in Business"),
                ("isChargeable", false)),
            Event(at, ("chargedCents", 20)), Event(at, ("chargedCents", 30)),
        ];
        _cursor.On(EventsPath, Page(before)).On(EventsPath, Page(after));

        var rows = await ReadAsync();
        var repriced = await ReadAsync();

        repriced.Select(row => row.RowKey).ShouldBe(rows.Select(row => row.RowKey), ignoreOrder: true);
        repriced.Sum(row => row.ChargedUsd).ShouldBe(0.545m);
    }

    [Theory]
    [InlineData("timestamp", null)]
    [InlineData("userEmail", "other@company.com")]
    [InlineData("model", "gpt-5")]
    [InlineData("conversationId", null)]
    [InlineData("conversationId", "")]
    [InlineData("cloudAgentId", "bc-1")]
    [InlineData("automationId", "auto-1")]
    [InlineData("serviceAccountId", "sa-1")]
    [InlineData("maxMode", false)]
    [InlineData("isHeadless", true)]
    public async Task Whatever_tells_events_apart_makes_two_first_ones(string name, object? value)
    {
        var one = Event("2026-11-20T10:00:00Z");
        var other = name == "timestamp"
            ? Event("2026-11-20T10:00:00.001Z")
            : Event("2026-11-20T10:00:00Z", (name, value is null ? null : JsonValue.Create(value)));
        _cursor.On(EventsPath, Page(one, other));

        var rows = await ReadAsync();

        rows.Select(row => row.Ordinal).ShouldBe([1, 1]);
        rows[0].RowKey.ShouldNotBe(rows[1].RowKey);
    }

    [Fact]
    public async Task A_service_account_is_who_used_it_and_the_address_beside_it_is_only_kept()
    {
        (string, JsonNode?)[] service = [("serviceAccountId", "sa-1"), ("serviceAccountName", "Nightly")];
        _cursor.On(EventsPath, Page(
            Event("2026-11-20T10:00:00Z", [.. service, ("userEmail", "runner-1@company.com")]),
            Event("2026-11-20T10:00:00Z", [.. service, ("userEmail", "runner-2@company.com")])));

        var rows = await ReadAsync();

        rows.ShouldAllBe(row => row.ActorType == "service_account" && row.ActorId == "sa-1");
        rows.Select(row => row.Ordinal).ShouldBe([1, 2], "The runner's address does not tell events apart.");
        rows.Select(row => row.Dimensions!.Value.GetRawText()).Order(StringComparer.Ordinal).ShouldBe(
        [
            """{"user_email":"runner-1@company.com","service_account_name":"Nightly"}""",
            """{"user_email":"runner-2@company.com","service_account_name":"Nightly"}""",
        ]);
    }

    [Fact]
    public async Task What_is_absent_stays_unknown_and_what_is_odd_stays_exact()
    {
        var bare = Without(
            Event("2026-11-20T10:00:00Z", ("chargedCents", JsonNode.Parse("-0.0000000000000001"))),
            "userEmail",
            "conversationId",
            "model",
            "kind",
            "maxMode",
            "requestsCosts",
            "isTokenBasedCall",
            "isChargeable",
            "isHeadless",
            "tokenUsage",
            "cursorTokenFee");
        _cursor.On(EventsPath, Page(bare));

        var row = (await ReadAsync()).ShouldHaveSingleItem();

        row.ChargedUsd.ShouldBe(-0.000000000000000001m);
        row.ShouldSatisfyAllConditions(
            () => row.ActorId.ShouldBeNull(),
            () => row.ActorType.ShouldBeNull(),
            () => row.Model.ShouldBeNull(),
            () => row.Quantity.ShouldBeNull(),
            () => row.QuantityUnit.ShouldBeNull(),
            () => row.InputUncachedTokens.ShouldBeNull(),
            () => row.IsChargeable.ShouldBeNull(),
            () => row.FeeUsd.ShouldBeNull());
        _cursor.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_timestamp_may_be_a_number_and_new_members_are_noted_and_tell_rows_apart()
    {
        var at = DateTimeOffset.Parse("2026-11-20T10:00:00Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        _cursor.On(EventsPath, Page(
            Event("2026-11-20T10:00:00Z", ("timestamp", at), ("region", "eu")),
            Event("2026-11-20T12:00:00Z", ("tokenUsage", JsonNode.Parse("""{"inputTokens":5,"thinkingTokens":7}""")))));

        var rows = await ReadAsync();

        rows.Count.ShouldBe(2);
        rows.Count(row => row.Words.Texts != 0).ShouldBe(1);
        _cursor.Bench.Drift.Notes.ShouldBe(["usageEvents[].region", "usageEvents[].tokenUsage.thinkingTokens"]);
    }

    [Theory]
    [InlineData("timestamp", "null", "'usageEvents[].timestamp' is missing")]
    [InlineData("timestamp", "\"yesterday\"", "'usageEvents[].timestamp' is \"yesterday\", not a time")]
    [InlineData("timestamp", "1e30", "'usageEvents[].timestamp' is 1e30, not a time")]
    [InlineData("chargedCents", "null", "'usageEvents[].chargedCents' is missing")]
    [InlineData("chargedCents", "\"free\"", "'usageEvents[].chargedCents' is \"free\", not a decimal")]
    [InlineData("chargedCents", "1e40", "'usageEvents[].chargedCents' is 1e40, not a decimal")]
    [InlineData("tokenUsage", "[]", "'usageEvents[].tokenUsage' is [], not an object")]
    [InlineData("tokenUsage", """{"inputTokens":1.5}""", "'usageEvents[].tokenUsage.inputTokens' is 1.5, not a whole")]
    [InlineData(
        "tokenUsage",
        """{"inputTokens":9223372036854775807,"outputTokens":9223372036854775807}""",
        "add up to more than 64 bits hold")]
    [InlineData("maxMode", "\"yes\"", "'usageEvents[].maxMode' is \"yes\", not")]
    [InlineData("model", "5", "'usageEvents[].model' is 5, not text")]
    public async Task What_is_not_as_documented_is_named(string name, string json, string message)
    {
        _cursor.On(EventsPath, Page(Event("2026-11-20T10:00:00Z", (name, JsonNode.Parse(json)))));

        var rejected = await _cursor.Bench.RejectedAsync("cursor", "usage_events", Day, Day);

        (rejected.Cause, rejected.Message).ShouldSatisfyAllConditions(
            told => told.Cause.ShouldBe(RejectionCause.BrokenContract),
            told => told.Message.ShouldContain(message),
            told => told.Message.ShouldContain($"cursor/acme/usage_events {Day}..{Day}"));
    }

    [Fact]
    public async Task A_count_that_changes_or_is_not_what_came_has_the_window_read_again()
    {
        var (one, other) = (Event("2026-11-20T10:00:00Z"), Event("2026-11-20T11:00:00Z"));
        _cursor.On(EventsPath, Page([one], 2, 1, 2)).On(EventsPath, Page([other], 3, 2, 2));
        (await TransientAsync()).ShouldContain("there were 2 of them, and now there are 3");

        _cursor.On(EventsPath, Page([one], 2, 1, 2)).On(EventsPath, Page([other], 2, 2, 3));
        (await TransientAsync()).ShouldContain("first the vendor said '2 pages', then '3 pages'");

        _cursor.On(EventsPath, Page([one], 2));
        (await TransientAsync()).ShouldContain("the vendor reports 2, but 1 arrived");

        _cursor.On(EventsPath, Page([one, other], 4, 1, 2)).On(EventsPath, Page([other, one], 4, 2, 2));
        (await TransientAsync()).ShouldContain("page 2 repeats one before it");

        _cursor.On(EventsPath, Page([one], 2, 1, 2)).On(EventsPath, Page([other], 2, 1, 2));
        (await _cursor.Bench.RejectedAsync("cursor", "usage_events", Day, Day)).Message
            .ShouldContain("pagination.currentPage' is 1, but page 2 was requested");
    }

    [Fact]
    public async Task A_window_of_very_many_events_is_read_in_halves()
    {
        var events = new[] { "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20" }
            .ToDictionary(day => day, day => Event($"{day}T10:00:00Z"));

        // The first of many pages, of which no other is asked for.
        _cursor.On(EventsPath, Page([events["2026-11-17"]], 400_000, 1, 400))
            .On(EventsPath, Page([events["2026-11-18"]], 400_000, 2, 400))
            .On(EventsPath, Page(events["2026-11-17"], events["2026-11-18"]))
            .On(EventsPath, Page(events["2026-11-20"], events["2026-11-19"]));

        var items = await _cursor.Bench.ReadAsync("cursor", "usage_events", "2026-11-17", Day);

        items.OfType<BucketArrived>().Select(bucket => $"{bucket.Day:yyyy-MM-dd}").ShouldBe(events.Keys);
        items.OfType<UsageEventRecord>().Select(row => $"{row.UsageDate:yyyy-MM-dd}").ShouldBe(events.Keys);
        _cursor.Bodies.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("2026-11-21T01:59:59Z", 1)]
    [InlineData("2026-11-21T02:00:00Z", 0)]
    public async Task A_day_that_ended_a_moment_ago_is_read_and_said_to_be_young(string now, int notes)
    {
        using var cursor = new CursorStub(
            new FakeTimeProvider(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));
        cursor.On(EventsPath, Page(Event("2026-11-20T10:00:00Z")));

        (await cursor.Bench.ReadAsync("cursor", "usage_events", Day, Day)).Count.ShouldBe(2);

        cursor.Bench.Drift.Notes.Count(note => note.Contains("less than 2 hours", StringComparison.Ordinal))
            .ShouldBe(notes);
    }

    private async Task<List<UsageEventRecord>> ReadAsync(string day = Day) =>
        [.. (await _cursor.Bench.ReadAsync("cursor", "usage_events", day, day)).OfType<UsageEventRecord>()];

    private async Task<string> TransientAsync() =>
        (await _cursor.Bench.TransientAsync("cursor", "usage_events", Day, Day)).Message;

    private static IEnumerable<(RowKey Key, long Tokens, decimal Usd)> Keyed(IEnumerable<UsageEventRecord> rows) =>
        rows.Select(row => (row.RowKey, row.Tokens, row.ChargedUsd));
}

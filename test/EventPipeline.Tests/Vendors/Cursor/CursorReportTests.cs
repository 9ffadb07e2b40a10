using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;
using static EventPipeline.Tests.Vendors.Cursor.CursorStub;

namespace EventPipeline.Tests.Vendors.Cursor;

/// <summary>Daily usage, spend and names: the documented answers byte for byte, and odd ones.</summary>
public sealed class CursorReportTests : IDisposable
{
    private const string Today = "2026-11-23";
    private readonly CursorStub _cursor = new();

    public void Dispose() => _cursor.Dispose();

    [Fact]
    public async Task The_documented_daily_usage_is_a_row_for_every_member_active_or_not()
    {
        _cursor.On(DailyPath, Answers.Read("Cursor", "daily_usage_data_paginated"));

        var items = await _cursor.Bench.ReadAsync("cursor", "daily_usage", "2024-03-18", "2024-03-19");

        items.Select(item => item.GetType().Name)
            .ShouldBe(["BucketArrived", "ActivityRecord", "ActivityRecord", "BucketArrived"]);
        var rows = items.OfType<ActivityRecord>().ToList();
        rows.Select(row => (row.Product, row.ActorType, row.ActorId)).ShouldBe(
            [("cursor", "user", "12345"), ("cursor", "user", "12346")]);
        (rows[0].LinesAdded, rows[0].LinesRemoved, rows[0].Accepted, rows[0].Rejected)
            .ShouldBe((1543L, 892L, 73L, 14L));
        (rows[1].LinesAdded, rows[1].Accepted, rows[1].Interactions).ShouldBe((0L, 0L, null));
        rows[0].Details!.Value.GetRawText().ShouldBe(
            """
            {"email":"developer@company.com","isActive":true,"acceptedLinesAdded":1102,"acceptedLinesDeleted":645,"totalApplies":87,"totalTabsShown":342,"totalTabsAccepted":289,"composerRequests":45,"chatRequests":128,"agentRequests":12,"cmdkUsages":67,"subscriptionIncludedReqs":180,"apiKeyReqs":0,"usageBasedReqs":5,"bugbotUsages":3,"mostUsedModel":"gpt-5","applyMostUsedExtension":".tsx","tabMostUsedExtension":".ts","clientVersion":"0.25.1"}
            """);
        rows[1].Details!.Value.GetProperty("isActive").GetBoolean().ShouldBeFalse();
        _cursor.Bodies.ShouldHaveSingleItem().ShouldBe(
            """{"startDate":1710720000000,"endDate":1710892799999,"page":1,"pageSize":1000}""",
            "Both fields of paging, so that every member comes, and both ends of the range.");
        _cursor.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Daily_usage_without_pages_is_read_and_said_to_be_of_active_members()
    {
        _cursor.On(DailyPath, Answers.Read("Cursor", "daily_usage_data_active_only"));

        var items = await _cursor.Bench.ReadAsync("cursor", "daily_usage", "2024-03-18", "2024-03-18");

        items.OfType<ActivityRecord>().ShouldHaveSingleItem().ActorId.ShouldBe("12345");
        _cursor.Bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("only active members");
    }

    [Fact]
    public async Task An_id_is_the_same_as_number_and_as_text_and_the_day_is_not_the_time_beside_it()
    {
        _cursor
            .On(DailyPath, DailyPage([Member("12345", "2026-11-20"), Member("\"user_b\"", "2026-11-19")], 1, 2))
            .On(DailyPath, DailyPage([Member("null", "2026-11-20")], 2, 2))
            .On(DailyPath, DailyPage([Member("\"12345\"", "2026-11-20")], 1, 1));

        var rows = await RowsAsync<ActivityRecord>("daily_usage", "2026-11-19", "2026-11-20");
        var text = await RowsAsync<ActivityRecord>("daily_usage", "2026-11-19", "2026-11-20");

        rows.Select(row => $"{row.UsageDate:yyyy-MM-dd} {row.ActorId}")
            .ShouldBe(["2026-11-19 user_b", "2026-11-20 12345", "2026-11-20 a@b.c"]);
        text.ShouldHaveSingleItem().RowKey.ShouldBe(rows[1].RowKey);
    }

    [Theory]
    [InlineData("\"day\":\"2026-11-20\"", "\"day\":\"2026-11-21\"", "'data[].day' is '2026-11-21', not one of the")]
    [InlineData("\"day\":\"2026-11-20\"", "\"day\":20", "'data[].day' is 20, not text")]
    [InlineData("\"day\":\"2026-11-20\"", "\"days\":1", "'data[].day' is missing")]
    [InlineData("\"totalAccepts\":1", "\"totalAccepts\":\"many\"", "'data[].totalAccepts' is \"many\", not a whole")]
    [InlineData("\"userId\":7", "\"userId\":7.5", "'data[].userId' is 7.5, not an id")]
    [InlineData("\"userId\":7", "\"userId\":\"\",\"email\":\"\"", "occurs twice")]
    [InlineData("\"email\":\"a@b.c\",\"userId\":7", "\"name\":\"x\"", "'data[].email' is missing")]
    public async Task What_is_not_as_documented_in_daily_usage_is_named(string from, string to, string message)
    {
        var row = """{"email":"a@b.c","userId":7,"day":"2026-11-20","totalAccepts":1}""";
        row.ShouldContain(from);
        _cursor.On(DailyPath, DailyPage([row.Replace(from, to, StringComparison.Ordinal)], 1, 1));

        (await _cursor.Bench.RejectedAsync("cursor", "daily_usage", "2026-11-20", "2026-11-20")).Message
            .ShouldContain(message);
    }

    [Fact]
    public async Task A_team_that_changes_between_pages_is_read_again()
    {
        _cursor
            .On(DailyPath, DailyPage([Member("1", "2026-11-20")], 1, 2, users: 2))
            .On(DailyPath, DailyPage([Member("2", "2026-11-20")], 2, 2, users: 3));
        (await _cursor.Bench.TransientAsync("cursor", "daily_usage", "2026-11-20", "2026-11-20")).Message
            .ShouldContain("first the vendor said '2 users on 2 pages', then '3 users on 2 pages'");

        _cursor
            .On(DailyPath, DailyPage([Member("1", "2026-11-20")], 1, 2, users: 2))
            .On(DailyPath, DailyPage([Member("1", "2026-11-20")], 2, 2, users: 2));
        (await _cursor.Bench.TransientAsync("cursor", "daily_usage", "2026-11-20", "2026-11-20")).Message
            .ShouldContain("page 2 repeats one before it");
    }

    [Fact]
    public async Task The_documented_spend_is_what_each_meter_shows_in_its_cycle()
    {
        _cursor.On(SpendPath, Answers.Read("Cursor", "spend"));

        var seats = await RowsAsync<SeatRecord>("spend", Today, Today);

        seats.Sum(seat => seat.SpendUsd).ShouldBe(43.2562561m);
        seats.Sum(seat => seat.OverallSpendUsd).ShouldBe(56.50875943m);
        seats.ShouldAllBe(seat => seat.CycleStart == DateTimeOffset.FromUnixTimeMilliseconds(1708992000000));
        (seats[1].UserId, seats[1].Name, seats[1].Email, seats[1].Role, seats[1].LimitUsd, seats[1].UsageDate)
            .ShouldBe(
                (
                    "user_kljUvI0ASZORvSEXf9hV0ydcso", "Sam", "admin@company.com", "owner", 50m,
                    new DateOnly(2026, 11, 23)));
        seats[0].Details!.Value.GetRawText()
            .ShouldBe("""{"fastPremiumRequests":1250,"hardLimitOverrideDollars":100,"monthlyLimitDollars":200}""");
        _cursor.Bodies.ShouldHaveSingleItem()
            .ShouldBe("""{"sortBy":"user","sortDirection":"asc","page":1,"pageSize":100}""");
        _cursor.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_cycle_is_another_row_and_a_list_that_changes_is_read_again()
    {
        _cursor.On(SpendPath, SpendPage("u-1", 1, 1, 1, cycle: 1)).On(SpendPath, SpendPage("u-1", 1, 1, 1, cycle: 2));
        var first = await RowsAsync<SeatRecord>("spend", Today, Today);
        var second = await RowsAsync<SeatRecord>("spend", Today, Today);
        first[0].RowKey.ShouldNotBe(second[0].RowKey);

        _cursor.On(SpendPath, SpendPage("u-1", 1, 2, 2, cycle: 1)).On(SpendPath, SpendPage("u-2", 2, 2, 2, cycle: 2));
        (await _cursor.Bench.TransientAsync("cursor", "spend", Today, Today)).Message.ShouldContain("cycle 1', then");

        _cursor.On(SpendPath, SpendPage("u-1", 1, 2, 2, cycle: 1)).On(SpendPath, SpendPage("u-2", 2, 2, 3, cycle: 1));
        (await _cursor.Bench.TransientAsync("cursor", "spend", Today, Today)).Message.ShouldContain("3 members");
    }

    [Fact]
    public async Task The_documented_members_and_groups_are_names_and_group_money_is_only_a_detail()
    {
        _cursor.On(MembersPath, Answers.Read("Cursor", "teams_members"))
            .On(GroupsPath, Answers.Read("Cursor", "groups"));

        var rows = await RowsAsync<EntityRecord>("names", Today, Today);

        rows.Select(row => $"{row.Kind} {row.Id} {row.Name} {row.Status} {row.ParentId}").ShouldBe(
        [
            "user user_PDSPmvukpYgZEDXsoNirw3CFhy Alex active ",
            "user user_kljUvI0ASZORvSEXf9hV0ydcso Sam active ",
            "group group_PDSPmvukpYgZEDXsoNirw3CFhy Engineering  ",
            "group_member group_PDSPmvukpYgZEDXsoNirw3CFhy/user_abc123 Alex Developer active "
                + "group_PDSPmvukpYgZEDXsoNirw3CFhy",
            "group group_kljUvI0ASZORvSEXf9hV0ydcso Design  ",
            "group group_unassigned Unassigned  ",
        ]);
        rows[0].Details!.Value.GetRawText().ShouldBe("""{"role":"member"}""");
        rows[2].Details!.Value.GetProperty("spendCents").GetDecimal().ShouldBe(245000);
        rows[2].Details!.Value.GetProperty("dailySpend").GetArrayLength().ShouldBe(2);
        _cursor.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_team_without_billing_groups_still_has_its_members(HttpStatusCode status)
    {
        _cursor.On(MembersPath, """{"teamMembers":[{"id":12345,"name":"Ada","email":"a@b.c","isRemoved":true}]}""")
            .On(GroupsPath, """{"code":"error","message":"Enterprise only"}""", status);

        var row = (await RowsAsync<EntityRecord>("names", Today, Today)).ShouldHaveSingleItem();

        (row.Id, row.Status).ShouldBe(("12345", "removed"));
        var note = _cursor.Bench.Drift.Notes.ShouldHaveSingleItem();
        note.ShouldContain("billing groups belong to the plan Enterprise");
        note.ShouldContain($"{(int)status}");
    }

    [Fact]
    public async Task A_new_member_whose_name_begins_like_a_key_is_noted_whole()
    {
        _cursor.On(MembersPath, """{"teamMembers":[{"id":"u-1","key_features":["a"]}],"key_total":1}""")
            .On(GroupsPath, """{"groups":[]}""");

        (await RowsAsync<EntityRecord>("names", Today, Today)).ShouldHaveSingleItem().Name.ShouldBeNull();

        _cursor.Bench.Drift.Notes.ShouldBe(["key_total", "teamMembers[].key_features"]);
    }

    [Fact]
    public async Task A_key_that_may_not_list_members_is_refused_with_what_kind_it_looks_like()
    {
        _cursor.On(MembersPath, """{"code":"error","message":"Unauthorized"}""", HttpStatusCode.Unauthorized);

        var rejected = await _cursor.Bench.RejectedAsync("cursor", "names", Today, Today);

        rejected.Cause.ShouldBe(RejectionCause.Credential);
        rejected.Hint!.ShouldContain("Cursor requires an Admin API key of the team");
        rejected.Hint!.ShouldContain("begins with 'sk-ant-admin': it looks like an Anthropic Admin API key");
    }

    [Theory]
    [InlineData("key_0123456789abcdef0123456789abcdef")]
    [InlineData("crsr_0123456789abcdef")]
    public async Task A_key_is_recognised_by_its_beginning_and_never_quoted_in_any_spelling(string key)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:"));
        _cursor.On(
            MembersPath, $$"""{"code":"error","message":"No {{key}}, no Basic {{basic}}."}""", HttpStatusCode.Forbidden);
        var window = new Window("cursor", "acme", "names", new DateOnly(2026, 11, 23), new DateOnly(2026, 11, 23));
        var fetch = new FetchContext(
            window,
            _cursor.Bench.Account("cursor", secret: key),
            "acme",
            VendorBench.Now.AddMinutes(9),
            (_, _) => ValueTask.CompletedTask,
            _cursor.Bench.Drift);

        var rejected = await Should.ThrowAsync<RejectedEventException>(async () =>
        {
            await foreach (
                var _ in _cursor.Bench.Connector("cursor").FetchAsync(fetch, TestContext.Current.CancellationToken))
            {
            }
        });

        rejected.Hint!.ShouldContain("a key of Cursor's, the right kind");
        var told = $"{rejected.Message} {rejected.Hint}";
        told.ShouldNotContain(key[6..]);
        told.ShouldNotContain(basic[..12]);
    }

    [Fact]
    public async Task Twenty_requests_a_minute_are_kept_and_events_are_counted_apart()
    {
        var clock = new WaitingClock();
        using var cursor = new CursorStub(clock);
        for (var i = 0; i < 21; i++)
        {
            cursor.On(MembersPath, """{"teamMembers":[]}""").On(GroupsPath, "{}", HttpStatusCode.NotFound);
            cursor.On(EventsPath, Page([]));
        }

        for (var i = 0; i < 10; i++)
        {
            await cursor.Bench.ReadAsync("cursor", "names", Today, Today);
        }

        var waiting = cursor.Bench.ReadAsync("cursor", "names", Today, Today);
        for (var i = 0; i < 21; i++)
        {
            await cursor.Bench.ReadAsync("cursor", "usage_events", "2026-11-20", "2026-11-20");
        }

        waiting.IsCompleted.ShouldBeFalse("The 21st request of a minute waits, and events do not.");
        cursor.Vendor.Asked.Count.ShouldBe(20 + 21);
        await clock.PassAsync(60);
        await waiting;
        cursor.Vendor.Asked.Count.ShouldBe(22 + 21);
    }

    [Fact]
    public async Task A_429_is_waited_for_as_long_as_it_says()
    {
        var clock = new WaitingClock();
        using var cursor = new CursorStub(clock);
        cursor.Vendor.On(
            MembersPath,
            Answers.Read("Cursor", "error_429_admin"),
            HttpStatusCode.TooManyRequests,
            ("Retry-After", "60"));
        cursor.On(MembersPath, """{"teamMembers":[]}""").On(GroupsPath, "{}", HttpStatusCode.NotFound);

        var reading = cursor.Bench.ReadAsync("cursor", "names", Today, Today);
        await clock.PassAsync(60);

        (await reading).ShouldHaveSingleItem().ShouldBe(new BucketArrived(new DateOnly(2026, 11, 23)));
    }

    [Fact]
    public async Task Nothing_says_which_team_it_is()
    {
        var connector = _cursor.Bench.Connector("cursor");

        (await connector.IdentifyAsync(_cursor.Bench.Account("cursor"), TestContext.Current.CancellationToken))
            .ShouldBe(OrganizationIds.None);
        _cursor.Vendor.Asked.ShouldBeEmpty();
    }

    private async Task<List<T>> RowsAsync<T>(string report, string from, string to) =>
        [.. (await _cursor.Bench.ReadAsync("cursor", report, from, to)).OfType<T>()];

    private static string Member(string id, string day) =>
        $$"""{"userId":{{id}},"day":"{{day}}","date":1710720000001,"isActive":true,"totalLinesAdded":1,"email":"a@b.c"}""";

    private static string DailyPage(IEnumerable<string> rows, int page, int pages, int users = 1) => $$$"""
        {"data":[{{{string.Join(',', rows)}}}],"period":{},
         "pagination":{"page":{{{page}}},"pageSize":1000,"totalUsers":{{{users}}},"totalPages":{{{pages}}},"hasNextPage":{{{(page < pages ? "true" : "false")}}},"hasPreviousPage":false}}
        """;

    private static string SpendPage(string user, int page, int pages, int members, long cycle) =>
        new JsonObject
        {
            ["teamMemberSpend"] = new JsonArray(new JsonObject { ["userId"] = user, ["spendCents"] = page }),
            ["subscriptionCycleStart"] = cycle,
            ["totalMembers"] = members,
            ["totalPages"] = pages,
        }.ToJsonString();
}

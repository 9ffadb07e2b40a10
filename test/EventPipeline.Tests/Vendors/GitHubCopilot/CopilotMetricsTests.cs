using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;
using static EventPipeline.Tests.Vendors.GitHubCopilot.CopilotStub;

namespace EventPipeline.Tests.Vendors.GitHubCopilot;

/// <summary>
/// Metric reports behind signed links, and seats: the documented answers byte for byte, and odd ones.
/// </summary>
public sealed class CopilotMetricsTests : IDisposable
{
    private const string Day = "2026-11-22";
    private const string Today = "2026-11-23";
    private readonly CopilotStub _github = new();

    public void Dispose() => _github.Dispose();

    [Fact]
    public async Task The_documented_report_of_users_is_a_row_a_person()
    {
        _github.OnReport(Users, "2026-04-01", File("users_1_day.ndjson"));

        var rows = await _github.RowsAsync<ActivityRecord>("user_metrics", "2026-04-01");

        rows.Select(row => (row.ActorType, row.ActorId, row.Product, row.Interactions))
            .ShouldBe([("user", "1", "github_copilot", 5L), ("user", "2", "github_copilot", null)]);
        rows[0].Details!.Value.GetRawText().ShouldBe(
            """
            {"user_login":"alice","used_chat":true,"used_cli":true,"used_copilot_code_review_active":true,"chat_panel_edit_mode":2,"totals_by_3rd_party_agent":[{"agent_name":"Claude","agent_id":"claude","user_initiated_interaction_count":2}],"totals_by_cli":{"session_count":2,"request_count":2,"prompt_count":1}}
            """);
        rows[1].LinesAdded.ShouldBeNull("Absent is unknown, not zero.");
        _github.Vendor.Asked.ShouldBe([$"{Users}?day=2026-04-01", $"{Users}/2026-04-01/0?sig=SECRET"]);
        _github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_documented_schema_of_users_is_read_from_an_array_too()
    {
        _github.OnReport(Users, "2025-10-01", File("user_schema_example.json"));

        var row = (await _github.RowsAsync<ActivityRecord>("user_metrics", "2025-10-01")).ShouldHaveSingleItem();

        (row.ActorId, row.Interactions, row.LinesSuggested, row.LinesAdded, row.LinesRemoved, row.Accepted)
            .ShouldBe(("1", 0L, 10L, 8L, 0L, 1L));
        row.Details!.Value.GetProperty("totals_by_cli").GetProperty("token_usage").GetProperty("prompt_tokens_sum")
            .GetInt64().ShouldBe(3800);
        row.Tokens.ShouldBe(0, "Whether prompts contain what a cache held is not documented.");
        _github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_documented_report_of_an_organization_is_details_because_its_people_are_counted_already()
    {
        _github.OnReport(Organization, "2026-04-01", Answers.Read("GitHubCopilot", "organization_1_day"));

        var row = (await _github.RowsAsync<ActivityRecord>("metrics", "2026-04-01")).ShouldHaveSingleItem();

        (row.ActorType, row.ActorId, row.LinesAdded, row.Interactions).ShouldBe(("organization", "org-1", null, null));
        row.Details!.Value.GetProperty("daily_active_users").GetInt64().ShouldBe(10);
        row.Details!.Value.GetProperty("loc_added_sum").GetInt64().ShouldBe(100);
        row.Details!.Value.GetProperty("pull_requests").GetProperty("median_minutes_to_merge").GetDecimal()
            .ShouldBe(12.5m);
        _github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_files_are_read_in_order_without_the_token()
    {
        _github.OnReport(Users, Day, User(1), $"{User(2)}\n{User(3)}\n");

        (await _github.RowsAsync<ActivityRecord>("user_metrics", Day)).Select(row => row.ActorId)
            .ShouldBe(["1", "2", "3"]);

        _github.Vendor.Headers.Select(headers => headers.Authorization is not null).ShouldBe([true, false, false]);
        _github.Vendor.Headers[1].Contains("X-GitHub-Api-Version").ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://copilot-reports.github.com/f", true)]
    [InlineData("https://copilot-reports.acme.ghe.com/f", true)]
    [InlineData("https://copilot-reports-production-e3.b01.azurefd.net/f", true)]
    [InlineData("https://usagereportsprod1.blob.core.windows.net/f", true)]
    [InlineData("http://copilot-reports.github.com/f", false)]
    [InlineData("https://copilot-reports.github.com.evil.test/f", false)]
    [InlineData("https://evil-github.com/f", false)]
    [InlineData("https://evil.blob.core.windows.net/f", false)]
    [InlineData("https://example.com/copilot-usage-report-1.json", false)]
    public async Task Links_lead_to_GitHubs_hosts_over_https_and_nowhere_else(string link, bool isFollowed)
    {
        _github.On(Users, $$"""{"download_links":["{{link}}?sig=SECRET"],"report_day":"{{Day}}"}""").On("/f", User(1));

        if (isFollowed)
        {
            (await _github.RowsAsync<ActivityRecord>("user_metrics", Day)).ShouldHaveSingleItem();
            return;
        }

        var rejected = await _github.Bench.RejectedAsync(Name, "user_metrics", Day, Day);
        rejected.Message.ShouldContain("is not an https address on a host that keeps the vendor's files");
        rejected.Message.ShouldNotContain("SECRET");
        _github.Vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_documented_links_lead_elsewhere_and_are_not_followed()
    {
        _github.On(Users, Answers.Read("GitHubCopilot", "report_links_1_day"));

        (await _github.Bench.RejectedAsync(Name, "user_metrics", "2025-07-01", "2025-07-01")).Message
            .ShouldContain("'https://example.com/copilot-usage-report-1.json' is not an https address on a host");
    }

    [Theory]
    [InlineData("", HttpStatusCode.NoContent)]
    [InlineData("""{"download_links":[],"report_day":"2026-11-22"}""", HttpStatusCode.OK)]
    public async Task A_report_that_is_not_there_yet_is_no_empty_day(string body, HttpStatusCode status)
    {
        _github.On(Users, body, status);

        var failure = await _github.Bench.TransientAsync(Name, "user_metrics", Day, Day);

        (failure.IsNotReady, failure.IsHeldOff).ShouldBe((true, true));
        failure.Message.ShouldContain("github_copilot/acme/user_metrics 2026-11-22..2026-11-22: users-1-day of ");
        failure.Message.ShouldContain("2026-11-22 is not ready");
    }

    [Fact]
    public async Task The_days_before_one_that_is_not_ready_have_arrived()
    {
        _github.OnReport(Users, "2026-11-21", User(1, "2026-11-21")).On(Users, "", HttpStatusCode.NoContent);

        var (arrived, _) = await _github.Bench.ReadUntilNotReadyAsync(Name, "user_metrics", "2026-11-21", "2026-11-22");

        arrived.OfType<BucketArrived>().ShouldHaveSingleItem().Day.ShouldBe(new DateOnly(2026, 11, 21));
    }

    [Fact]
    public async Task A_day_for_which_no_report_is_to_come_any_more_is_empty_and_noted()
    {
        _github.On(Users, "", HttpStatusCode.NoContent);

        (await _github.Bench.ReadAsync(Name, "user_metrics", "2026-11-18", "2026-11-18")).ShouldHaveSingleItem()
            .ShouldBe(new BucketArrived(new DateOnly(2026, 11, 18)));

        _github.Bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("none is to come any more");
        GitHubForgets().ShouldBeTrue("Rows that were there before stay.");
    }

    [Theory]
    [InlineData("2026-11-21", "'[].day' is '2026-11-21', not the requested 2026-11-22")]
    [InlineData("", "'[].day' is '', not the requested")]
    public async Task A_row_of_another_day_breaks_the_contract(string day, string said)
    {
        _github.OnReport(Users, Day, User(1, day));

        (await _github.Bench.RejectedAsync(Name, "user_metrics", Day, Day)).Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("""{"download_links":["x"],"report_day":"2026-11-21"}""", "report_day' is '2026-11-21'")]
    [InlineData("""{"download_links":"x","report_day":"2026-11-22"}""", "download_links' is not an array of addresses")]
    [InlineData("""{"report_day":"2026-11-22"}""", "download_links' is not an array of addresses")]
    [InlineData("""{"download_links":[1]}""", "download_links' is not an array of addresses")]
    [InlineData("""{"download_links":["/signed"]}""", "the link '/signed' is not an https address")]
    public async Task Links_that_are_not_as_documented_are_named(string body, string said)
    {
        _github.On(Users, body);

        (await _github.Bench.RejectedAsync(Name, "user_metrics", Day, Day)).Message.ShouldContain(said);
    }

    [Fact]
    public async Task What_is_new_in_a_report_is_noted_and_kept()
    {
        _github.OnReport(Users, Day, User(1).Replace("}", ",\"used_telepathy\":true}", StringComparison.Ordinal));

        (await _github.RowsAsync<ActivityRecord>("user_metrics", Day)).ShouldHaveSingleItem();

        _github.Bench.Drift.Notes.ShouldBe(["[].used_telepathy"]);
        _github.Bench.Kept.ShouldContain(part => part.Payload.Contains("used_telepathy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_documented_seats_are_two_although_they_share_an_id()
    {
        _github.On(Seats, Answers.Read("GitHubCopilot", "billing_seats"));

        var seats = await _github.RowsAsync<SeatRecord>("seats", Today);

        seats.Select(seat => (seat.UserId, seat.Name, seat.Plan, seat.State)).ShouldBe(
            [("1", "octocat", "business", "assigned"), ("1", "octokitten", null, "pending_cancellation")]);
        seats[0].Words.Others.ShouldNotBe(seats[1].Words.Others, "All that is said of a person tells them apart.");
        seats[0].CreatedAt.ShouldBe(new DateTimeOffset(2021, 8, 4, 0, 0, 0, TimeSpan.Zero));
        (seats[0].SpendUsd, seats[0].OverallSpendUsd).ShouldBe((null, null));
        seats[0].Details!.Value.GetProperty("team").GetString().ShouldBe("justice-league");
        _github.Vendor.Asked.ShouldBe([$"{Seats}?per_page=100"]);
        _github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_of_seats_are_followed_to_the_total()
    {
        const string next = "<https://vendor.test/orgs/acme/copilot/billing/seats?per_page=100&page=2>; rel=\"next\"";
        _github.On(Seats, SeatPage(2, Seat(1)), headers: ("Link", next)).On(Seats, SeatPage(2, Seat(2)));
        (await _github.RowsAsync<SeatRecord>("seats", Today)).Select(seat => seat.UserId).ShouldBe(["1", "2"]);

        _github.On(Seats, SeatPage(2, Seat(1)));
        (await _github.Bench.TransientAsync(Name, "seats", Today, Today)).Message
            .ShouldContain("the vendor reports 2, but 1 arrived");

        _github.On(Seats, SeatPage(2, Seat(1)), headers: ("Link", next)).On(Seats, SeatPage(3, Seat(2)));
        (await _github.Bench.TransientAsync(Name, "seats", Today, Today)).Message
            .ShouldContain("there were 2 of them, and now there are 3");
    }

    [Fact]
    public async Task A_seat_without_a_person_is_there_and_an_enterprise_may_list_a_person_twice()
    {
        using var github = new CopilotStub(kind: "enterprises");
        var one = Seat(1).Replace("}}", "},\"organization\":{\"id\":7,\"login\":\"a\"}}", StringComparison.Ordinal);
        var other = one.Replace("\"a\"", "\"b\"", StringComparison.Ordinal);
        var nobody = """{"created_at":"2026-11-01T00:00:00Z","assignee":null,"organization":{"id":7,"login":"a"}}""";
        github.On("/enterprises/acme/copilot/billing/seats", SeatPage(1, one, other, nobody));

        var seats = await github.RowsAsync<SeatRecord>("seats", Today);

        seats.Select(seat => seat.UserId).ShouldBe(["1", "1", "nobody/7/2026-11-01T00:00:00Z"]);
        seats[0].Words.Others.ShouldNotBe(seats[1].Words.Others);
        github.Bench.Drift.Notes.ShouldBeEmpty();
    }

    private static bool GitHubForgets() => EventPipeline.Vendors.GitHubCopilot.GitHubCopilotConnector.Self.Reports
        .Single(report => report.Name == "user_metrics").ForgetsDays;

    private static string User(int id, string day = Day) =>
        $$"""{"user_id":{{id}},"user_login":"dev{{id}}","day":"{{day}}","organization_id":"7"}""";

    private static string Seat(int id) =>
        $$$"""{"created_at":"2026-11-01T00:00:00Z","assignee":{"id":{{{id}}},"login":"dev{{{id}}}"}}""";

    private static string SeatPage(int total, params IEnumerable<string> seats) =>
        $$"""{"total_seats":{{total}},"seats":[{{string.Join(',', seats)}}]}""";
}

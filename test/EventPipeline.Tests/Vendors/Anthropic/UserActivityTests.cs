using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>What people of an Enterprise organisation did, a day per call.</summary>
public sealed class UserActivityTests : IDisposable
{
    private const string Users = "/v1/organizations/analytics/users";
    private const string NoMore = """{ "data": [], "next_page": null }""";

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public UserActivityTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_documented_answer_is_a_person_and_its_next_page_is_read()
    {
        var page = Answers.Read("Anthropic", "analytics_users")
            .Replace("\"message_count\": 0", "\"message_count\": 5", StringComparison.Ordinal)
            .Replace("\"added_count\": 0", "\"added_count\": 7", StringComparison.Ordinal)
            .Replace("\"accepted_count\": 0", "\"accepted_count\": 2", StringComparison.Ordinal);
        _vendor.On(Users, page).On(Users, NoMore);

        var items = await ReadAsync("2026-11-01", "2026-11-01");

        var row = items.OfType<ActivityRecord>().ShouldHaveSingleItem();
        row.ActorType.ShouldBe("user");
        (row.Sessions, row.Interactions, row.LinesAdded, row.Accepted, row.Rejected).ShouldBe((0, 5, 7, 8, 0));
        row.Details!.Value.GetProperty("office_metrics").GetProperty("excel").GetProperty("message_count").GetInt64()
            .ShouldBe(5);
        _vendor.Asked.ShouldBe(
            [$"{Users}?date=2026-11-01&limit=1000", $"{Users}?date=2026-11-01&limit=1000&page=next_page"]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_day_is_asked_for_and_one_without_people_is_empty()
    {
        _vendor.On(Users, NoMore).On(Users, NoMore);

        var items = await ReadAsync("2026-11-01", "2026-11-02");

        items.Distinct().ShouldBe(
            [new BucketArrived(new DateOnly(2026, 11, 1)), new BucketArrived(new DateOnly(2026, 11, 2))]);
    }

    /// <summary>Sixty a minute, whichever path of the analytics they ask; the other paths are not counted.</summary>
    [Fact]
    public async Task Requests_for_usage_and_for_people_are_counted_together()
    {
        var clock = new WaitingClock();
        using var vendor = new StubVendor();
        using var bench = new VendorBench(vendor, clock);
        const string empty =
            """{ "data": [], "has_more": false, "next_page": null, "data_refreshed_at": "2026-11-23T04:00:00Z" }""";
        for (var i = 0; i < 30; i++)
        {
            vendor.On(Users, NoMore).On("/v1/organizations/analytics/usage", empty);
            await bench.ReadAsync("anthropic", "user_activity", "2026-11-01", "2026-11-01");
            await bench.ReadAsync("anthropic", "analytics_usage", "2026-11-01", "2026-11-01");
        }

        vendor.On("/v1/organizations/analytics/cost", empty)
            .On("/v1/organizations/cost_report", """
                { "data": [ { "starting_at": "2026-11-01T00:00:00Z", "ending_at": "2026-11-02T00:00:00Z", "results": [] } ],
                  "has_more": false, "next_page": null }
                """);
        var waiting = bench.ReadAsync("anthropic", "analytics_cost", "2026-11-01", "2026-11-01");
        await bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        waiting.IsCompleted.ShouldBeFalse("The 61st of a minute waits.");
        vendor.Asked.Count.ShouldBe(61);
        await clock.PassAsync(60);
        await waiting;
        vendor.Asked.Count.ShouldBe(62);
    }

    [Fact]
    public async Task A_day_that_is_too_recent_is_not_ready()
    {
        _vendor.On(Users, Refusal("date is too recent: data is available up to 2026-11-20"), HttpStatusCode.BadRequest);

        var failure = await _bench.TransientAsync("anthropic", "user_activity", "2026-11-21", "2026-11-21");

        failure.Message.ShouldContain("users of 2026-11-21 is not ready");
        (failure.IsNotReady, failure.IsHeldOff).ShouldBe((true, true));
    }

    [Fact]
    public async Task The_days_before_one_that_is_not_ready_have_arrived()
    {
        _vendor.On(Users, NoMore)
            .On(Users, NoMore)
            .On(Users, Refusal("data is available up to 2026-11-20"), HttpStatusCode.BadRequest);

        var (arrived, _) = await _bench.ReadUntilNotReadyAsync(
            "anthropic", "user_activity", "2026-11-19", "2026-11-22");

        arrived.ShouldBe(
            [new BucketArrived(new DateOnly(2026, 11, 19)), new BucketArrived(new DateOnly(2026, 11, 20))]);
    }

    [Theory]
    [InlineData("HIPAA readiness is enabled")]
    [InlineData("date must not be before 2026-01-01")]
    public async Task Any_other_refusal_stays_one(string message)
    {
        _vendor.On(Users, Refusal(message), HttpStatusCode.BadRequest);

        var failure = await _bench.RejectedAsync("anthropic", "user_activity", "2025-12-31", "2025-12-31");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldContain(message);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Refusal(string message) =>
        $$$"""{"type":"error","error":{"type":"invalid_request_error","message":"{{{message}}}"}}""";

    private Task<List<VendorItem>> ReadAsync(string from, string to) =>
        _bench.ReadAsync("anthropic", "user_activity", from, to);
}

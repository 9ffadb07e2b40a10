using EventPipeline.Fetch;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Ledger;

/// <summary>How many requests a plan needs of each account, and whether their vendor answers so many in time.</summary>
public sealed class RequestNeedsTests
{
    private static readonly DateOnly Day = new(2026, 11, 1);

    [Fact]
    public void Requests_are_counted_by_account_and_each_limit_takes_its_time()
    {
        var run = Add(
            Window("anthropic", "acme", "cost", 31),
            Window("anthropic", "acme", "claude_code", 31),
            Window("anthropic", "acme", "names", 1),
            Window("anthropic", "ent", "user_activity", 31),
            Window("anthropic", "ent", "organization_activity", 31),
            Window("anthropic", "ent", "analytics_cost", 31),
            Window("anthropic", "old", "enterprise_usage", 31),
            Window("anthropic", "old", "enterprise_cost", 10),
            Window("cursor", "acme", "usage_events", 30),
            Window("cursor", "acme", "names", 1),
            Window("github_copilot", "acme", "metrics", 31),
            Window("openrouter", "acme", "activity", 30));

        run.Requests.ShouldBe(
        [
            new AccountRequests("anthropic", "acme", 1 + 31 + 4, null),
            new AccountRequests("anthropic", "ent", 31 + 31 + 1, 1),
            new AccountRequests("anthropic", "old", 3 * 31 + 3 * 10, 2),
            new AccountRequests("cursor", "acme", 1 + 2, 0),
            new AccountRequests("github_copilot", "acme", 31, 0),
            new AccountRequests("openrouter", "acme", 30, null),
        ]);
        run.Warnings.ShouldBeNull();
    }

    [Fact]
    public void What_a_plan_leaves_out_and_what_no_release_knows_needs_nothing() =>
        Add(
            Window("anthropic", "acme", "cost", 31) with { State = "skipped" },
            Window("anthropic", "acme", "poems", 31),
            Window("nobody", "acme", "cost", 31)).Requests.ShouldBeEmpty();

    /// <summary>Twenty a minute: the last of 28,820 begin when the day is over, and the next a minute later.</summary>
    [Theory]
    [InlineData(28_800, false)]
    [InlineData(28_820, false)]
    [InlineData(28_821, true)]
    public void An_account_whose_requests_take_longer_than_its_windows_wait_is_warned_of(int windows, bool isWarned)
    {
        var run = Add([.. Enumerable.Repeat(Window("cursor", "acme", "daily_usage", 1), windows)]);

        run.Requests.ShouldHaveSingleItem().Requests.ShouldBe(windows);
        (run.Warnings is [_]).ShouldBe(isWarned);
        if (isWarned)
        {
            run.Warnings![0].ShouldBe(
                "cursor/acme is asked at least 28,821 times, which takes 24.02 hours at the 20 requests per 60 s "
                    + "that its vendor documents: a window that waits for 24 hours is given up. Ask for fewer days or "
                    + "reports at a time.");
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(20, 0)]
    [InlineData(21, 1)]
    [InlineData(40, 1)]
    [InlineData(41, 2)]
    public void Requests_begin_at_once_up_to_the_limit_and_then_a_period_later(long requests, int minutes) =>
        new RequestLimit(20, TimeSpan.FromMinutes(1)).TimeFor(requests).ShouldBe(TimeSpan.FromMinutes(minutes));

    [Fact]
    public void A_window_waits_as_long_as_its_message_is_published_anew() =>
        new AttemptOptions().HeldOffFor.ShouldBe(RequestNeeds.WindowsWait);

    private static RunDocument Add(params IReadOnlyList<WindowDocument> windows) => RequestNeeds.Add(
        new RunDocument(
            "r-1", "running", "production", Day, Day, default, null, null, new RunTotals(0, 0, 0), windows),
        [.. VendorServiceCollectionExtensions.Known]);

    private static WindowDocument Window(string vendor, string account, string report, int days) => new(
        vendor, account, report, Day, Day.AddDays(days - 1), "new", "pending", 0, 0, null, 0, null, null, []);
}

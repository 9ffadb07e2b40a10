using EventPipeline.Ledger;

namespace EventPipeline.Tests.Ledger;

/// <summary>Reports whose data is older than 25 hours after a run.</summary>
public sealed class StaleReportsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Twenty_that_are_old_are_all_found_and_what_is_fresh_or_was_never_read_is_not()
    {
        var old = Enumerable.Range(2, 20).Select(days => Report($"old {days}", Now.AddDays(-days)));
        var fresh = Enumerable.Range(1, 20).Select(i => Report($"fresh {i}", Now.AddDays(-1)));

        var found = StaleReports.Find([.. old, .. fresh, Report("never", null)], Now);

        found.Select(one => one.Whose.Report).ShouldBe(Enumerable.Range(2, 20).Select(days => $"old {days}"));
        found[0].Reason.ShouldBe(
            "anthropic/acme/old 2 is complete until 2026-11-21 only, 30.5 hours ago. Its last error: HTTP 500.");
        found[0].Id.ShouldBe("stale/anthropic/org-1/old%202//2026-11-21", "It is one finding until the day changes.");
    }

    [Fact]
    public void Twenty_five_hours_are_not_too_old()
    {
        var report = Report("cost", new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));
        var ended = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        StaleReports.Find([report], ended.AddHours(25)).ShouldBeEmpty();
        StaleReports.Find([report], ended.AddHours(25).AddTicks(1)).ShouldHaveSingleItem();
    }

    private static ReportFreshness Report(string name, DateTimeOffset? until) => new(
        "anthropic",
        "acme",
        "org-1",
        name,
        until is { } day ? DateOnly.FromDateTime(day.UtcDateTime) : null,
        null,
        null,
        Now,
        false,
        30,
        "HTTP 500.",
        Now);
}

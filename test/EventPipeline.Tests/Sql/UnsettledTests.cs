using System.Globalization;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Contract;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>Which days are missing, and which may still change.</summary>
public sealed class UnsettledTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_day_settles_with_a_read_that_begins_when_its_vendor_stops_restating_it()
    {
        var settles = new DateTimeOffset(Day.AddDays(8), TimeOnly.MinValue, TimeSpan.Zero);
        await _facts.CommitAsync("a", settles.AddMicroseconds(-1));
        await _facts.CommitAsync("b", settles, ("usage_date", Day.AddDays(-1)));

        (await _facts.AskAsync("SELECT vendor, account, report, usage_date, settles_at FROM unsettled"))
            .ShouldBe([["anthropic", "acme", "cost", Day, settles]]);

        await _facts.CommitAsync("c", settles);
        (await _facts.AskAsync("SELECT usage_date FROM unsettled")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_report_that_settles_by_the_month_settles_all_of_its_days_together()
    {
        await CommitAsync("a", Morning(0), new DateOnly(2026, 10, 1));
        await CommitAsync("b", Morning(0), new DateOnly(2026, 11, 1));
        await CommitAsync("c", Morning(15), new DateOnly(2026, 11, 30));

        (await _facts.AskAsync("SELECT usage_date, settles_at FROM unsettled ORDER BY 1")).ShouldBe(
            [
                [new DateOnly(2026, 11, 1), new DateTimeOffset(2026, 12, 9, 0, 0, 0, TimeSpan.Zero)],
                [new DateOnly(2026, 11, 30), new DateTimeOffset(2026, 12, 9, 0, 0, 0, TimeSpan.Zero)],
            ]);

        Task CommitAsync(string load, DateTimeOffset readBegan, DateOnly day) =>
            _facts.CommitAsync(load, readBegan, ("report", "analytics_cost"), ("usage_date", day));
    }

    [Fact]
    public async Task Freshness_says_until_when_nothing_changes_any_more()
    {
        await _facts.CommitAsync("a", Morning(30), ("usage_date", Day));
        await _facts.CommitAsync("b", Morning(30), ("usage_date", Day.AddDays(1)));
        (await _facts.ValueAsync("SELECT settled_until FROM freshness")).ShouldBe(Day.AddDays(1));

        await _facts.CommitAsync("c", Morning(3), ("usage_date", Day.AddDays(2)));
        await _facts.CommitAsync("d", Morning(4), ("usage_date", Day.AddDays(3)));
        (await _facts.ValueAsync("SELECT settled_until FROM freshness")).ShouldBe(Day.AddDays(1));

        await _facts.CommitAsync("n", Morning(0), ("report", "names"));
        (await _facts.ValueAsync("SELECT settled_until FROM freshness WHERE report = 'names'")).ShouldBeNull();
    }

    /// <summary>Views are of a release, and for how long such a vendor restates a day is in the settings.</summary>
    [Fact]
    public async Task Of_a_vendor_that_the_settings_describe_freshness_does_not_say_what_is_settled()
    {
        await _facts.CommitAsync("a", Morning(1), ("vendor", "acme_gateway"), ("report", "daily_activity"));

        (await _facts.AskAsync("SELECT vendor, data_complete_until, settled_until FROM freshness"))
            .ShouldBe([["acme_gateway", Day, null]]);
    }

    [Fact]
    public async Task Of_two_reports_that_tell_the_same_the_one_that_is_not_shown_is_not_waited_for()
    {
        await _facts.CommitAsync("a", Morning(1));
        await _facts.CommitAsync("b", Morning(2), ("report", "analytics_cost"));

        (await _facts.AskAsync("SELECT report FROM unsettled")).ShouldBe([["analytics_cost"]]);
    }

    [Fact]
    public async Task Holes_are_ranges_of_days_that_no_read_has_covered()
    {
        foreach (var day in new[] { 0, 1, 4, 6 })
        {
            await _facts.CommitAsync($"load-{day}", Morning(day + 1), ("usage_date", Day.AddDays(day)));
        }

        await _facts.CommitAsync("n", Morning(0), ("report", "names"));
        await _facts.CommitAsync("m", Morning(5), ("report", "names"), ("usage_date", Day.AddDays(5)));

        (await _facts.AskAsync("SELECT report, missing_from, missing_until FROM holes ORDER BY 2")).ShouldBe(
            [
                ["cost", Day.AddDays(2), Day.AddDays(3)],
                ["cost", Day.AddDays(5), Day.AddDays(5)],
            ]);
    }

    [Fact]
    public async Task The_view_knows_how_long_every_report_is_restated() =>
        (await _facts.AskAsync(
            "SELECT vendor, report, CAST(settled_after_days AS BIGINT), after_its_month FROM settling_reports "
                + "ORDER BY ALL"))
            .ShouldBe(
                from vendor in VendorServiceCollectionExtensions.Known
                from report in vendor.Reports
                where report.HasPast
                orderby vendor.Name, report.Name
                select (IReadOnlyList<object?>)
                [
                    vendor.Name, report.Name, (long)report.SettledAfterDays, report.Settles == Settles.AfterItsMonth,
                ]);

    /// <summary>The view and the planner agree, whatever the day: what one reads again, the other lists.</summary>
    [Fact]
    public async Task What_is_unsettled_is_what_a_report_says_of_the_day()
    {
        var reports = VendorServiceCollectionExtensions.Known.Single(vendor => vendor.Name == "anthropic").Reports;
        foreach (var name in new[] { "cost", "analytics_usage" })
        {
            var report = reports.Single(known => known.Name == name);
            foreach (var text in new[] { "2026-02-28", "2026-12-01", "2028-02-29" })
            {
                var day = DateOnly.Parse(text, CultureInfo.InvariantCulture);
                await _facts.CommitAsync("a", Morning(-700), ("report", name), ("usage_date", day));
                (await _facts.ValueAsync(
                    $"SELECT settles_at FROM unsettled WHERE report = '{name}' AND usage_date = '{text}'"))
                    .ShouldBe(report.SettledAt(day));
            }
        }
    }
}

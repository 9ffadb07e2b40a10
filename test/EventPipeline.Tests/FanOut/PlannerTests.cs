using EventPipeline.FanOut;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.FanOut;

public sealed class PlannerTests
{
    private const string Organization = "org-1";

    private static readonly Report Usage = new(
        "messages_usage", ReportKind.Daily, MaxWindowDays: 7, SettledAfterDays: 3);
    private static readonly Report Names = new("names", ReportKind.Snapshot, 1, 0);
    private static readonly Account Acme = new("anthropic", "acme", new Uri("https://api.anthropic.test/"), "env:KEY");
    private static readonly DateTimeOffset Morning = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    private static readonly RunRequested Daily = new(RunMode.Production, null, null, null, false, null, null, null);

    private readonly Dictionary<Slice, SliceRead> _reads = [];

    [Fact]
    public void The_daily_run_reads_yesterday_and_the_gaps_of_the_last_days() =>
        Plan(Daily, gapDays: 10).ShouldBe(["1122..1122 new", "1113..1119 gap", "1120..1121 gap"]);

    [Fact]
    public void Days_the_vendor_may_still_restate_are_read_again()
    {
        ReadEachDayNextMorning(from: Day(1), to: Day(21));

        // A day is settled by a read that began three days after its end: for the 19th, this run's is the first.
        Plan(Daily, gapDays: 0).ShouldBe(["1122..1122 new", "1119..1121 read again"]);
    }

    [Theory]
    [InlineData("2026-12-01", "1130..1130 new", "1101..1107 read again", "1108..1114 read again",
        "1115..1121 read again", "1122..1128 read again", "1129..1129 read again")]
    [InlineData("2026-12-08", "1207..1207 new", "1101..1107 read again", "1108..1114 read again",
        "1115..1121 read again", "1122..1128 read again", "1129..1205 read again", "1206..1206 read again")]
    [InlineData("2026-12-09", "1208..1208 new", "1201..1207 read again")]
    public void Days_that_settle_with_their_month_are_read_again_until_so_many_days_after_its_end(
        string today, params string[] windows)
    {
        var morning = DateOnly.Parse(today, null);
        var byMonth = Usage with { SettledAfterDays = 7, Settles = Settles.AfterItsMonth };
        for (var day = new DateOnly(2026, 10, 1); day < morning.AddDays(-1); day = day.AddDays(1))
        {
            // As a run of every morning leaves it, the last before this one.
            var last = morning.AddDays(-1).At(6);
            var settling = byMonth.SettledAt(day).AddHours(6);
            Read(day, last < settling ? last : settling);
        }

        new Planner(_reads, gapDays: 0)
            .Plan("run", Daily, morning.At(6), [new PlanSubject(Acme, Organization, byMonth)]).Windows.Select(Text)
            .ShouldBe(windows);
    }

    [Theory]
    [InlineData(Settles.AfterItsDay, 7)]
    [InlineData(Settles.AfterItsMonth, 7)]
    [InlineData(Settles.AfterItsMonth, 0)]
    [InlineData(Settles.AfterItsMonth, 45)]
    public void The_first_unsettled_day_is_the_first_that_a_read_of_that_day_settles_or_does_not(Settles settles, int n)
    {
        var report = Usage with { SettledAfterDays = n, Settles = settles };
        var most = 0;
        for (var today = new DateOnly(2026, 1, 1); today.Year < 2029; today = today.AddDays(1))
        {
            var first = report.FirstUnsettled(today);

            report.SettledAt(first).ShouldBeGreaterThanOrEqualTo(today.At(0));
            report.SettledAt(first.AddDays(-1)).ShouldBeLessThan(today.At(0));
            Planner.Horizon(Daily, today, gapDays: 0, [report]).From.ShouldBeLessThanOrEqualTo(first);
            most = Math.Max(most, today.DayNumber - first.DayNumber - 1);
        }

        report.MostRestatedDays.ShouldBeGreaterThanOrEqualTo(most);
        (report.MostRestatedDays - most).ShouldBeLessThan(3, "Two months of 31 days follow each other in summer.");
    }

    [Fact]
    public void A_settled_day_that_is_asked_for_is_left_out_and_said_so()
    {
        Read(Day(10), Day(14).At(0));

        Plan(Daily with { From = Day(10), To = Day(10) }, gapDays: 0).ShouldBe(["1110..1110 settled (skipped)"]);
    }

    [Fact]
    public void A_read_that_began_a_moment_before_the_day_settled_does_not_settle_it()
    {
        Read(Day(10), Day(14).At(0).AddTicks(-1));

        Plan(Daily with { From = Day(10), To = Day(10) }, gapDays: 0).ShouldBe(["1110..1110 read again"]);
    }

    [Fact]
    public void Force_reads_settled_days_again()
    {
        Read(Day(10), Day(20).At(0));

        var planned = Planned(Daily with { From = Day(10), To = Day(11), Force = true }, gapDays: 0);

        planned.Select(Text).ShouldBe(["1111..1111 asked for", "1110..1110 forced"]);
        planned.ShouldAllBe(window => window.Force);
    }

    [Fact]
    public void Days_read_before_and_days_never_read_never_share_a_window()
    {
        Read(Day(21), Day(22).At(6));

        Plan(Daily with { Days = 3 }, gapDays: 3)
            .ShouldBe(["1120..1120 asked for", "1122..1122 asked for", "1121..1121 read again"]);
    }

    [Fact]
    public void No_window_is_longer_than_the_report_allows()
    {
        var windows = Planned(Daily with { Days = 30 }, gapDays: 0);

        windows.ShouldAllBe(planned => planned.Window.Days <= Usage.MaxWindowDays);
        windows.Sum(planned => planned.Window.Days).ShouldBe(30);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, 7)]
    [InlineData(142_857, 7)]
    [InlineData(150_000, 6)]
    [InlineData(400_000, 2)]
    [InlineData(999_999, 1)]
    [InlineData(50_000_000, 1)]
    public void The_larger_a_days_rows_are_the_fewer_days_share_a_window(long rows, int days)
    {
        foreach (var day in Enumerable.Range(1, 21).Select(Day))
        {
            _reads[new Slice("anthropic", Organization, Usage.Name, day)] =
                new SliceRead(day.AddDays(5).At(6), Pinned: false, day == Day(9) ? rows : rows / 10);
        }

        var windows = Planned(Daily with { From = Day(1), To = Day(21), Force = true }, gapDays: 0)
            .Where(planned => planned.Why == WindowReason.Forced)
            .ToList();

        windows.Max(planned => planned.Window.Days).ShouldBe(days);
        windows.Sum(planned => planned.Window.Days).ShouldBe(21);
    }

    [Fact]
    public void Today_is_the_triggers_own_utc_day()
    {
        var beforeMidnight = new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.FromHours(-8));

        Plan(Daily, gapDays: 0, beforeMidnight).ShouldBe(["1122..1122 new"]);
    }

    [Fact]
    public void Days_that_the_vendor_no_longer_serves_are_no_gaps_and_share_no_window_with_those_it_does()
    {
        var usage = Usage with { ServedDays = 5 };

        Text(Daily, 10).ShouldBe(["1122..1122 new", "1118..1121 gap"]);
        Text(Daily with { From = Day(15), To = Day(20) }, 0).ShouldBe(["1115..1117 asked for", "1118..1120 asked for"]);

        Read(Day(12), Day(13).At(6));
        Text(Daily, 20).ShouldBe(["1122..1122 new", "1118..1121 gap"], "an unsettled day that is gone stays as it is");

        IEnumerable<string> Text(RunRequested request, int gapDays) =>
            new Planner(_reads, gapDays).Plan("run", request, Morning, [new PlanSubject(Acme, Organization, usage)])
                .Windows.Select(PlannerTests.Text);
    }

    [Fact]
    public void A_snapshot_is_read_on_the_runs_day_and_never_backfilled() =>
        new Planner(_reads, 30)
            .Plan("run", Daily with { Days = 30 }, Morning, [new PlanSubject(Acme, Organization, Names)]).Windows
            .ShouldHaveSingleItem().Window.ShouldBe(new Window("anthropic", "acme", "names", Day(23), Day(23)));

    [Fact]
    public void Reads_are_found_by_the_accounts_id_and_never_by_its_name()
    {
        _reads[new Slice("anthropic", "acme", Usage.Name, Day(22))] = new SliceRead(Day(23).At(1), Pinned: true);

        Plan(Daily, gapDays: 0).ShouldBe(["1122..1122 new"]);
        new Planner(_reads, 0).Plan("run", Daily, Morning, [new PlanSubject(Acme, null, Usage)]).Windows
            .ShouldHaveSingleItem().Why.ShouldBe(WindowReason.New);
    }

    [Fact]
    public void Of_a_report_that_is_refused_only_the_requested_days_are_asked_for()
    {
        Read(Day(20), Day(21).At(6));

        PlanRefused(Daily).ShouldBe(
        [
            "1122..1122 new", "1119..1119 refused before (skipped)", "1120..1120 refused before (skipped)",
            "1121..1121 refused before (skipped)",
        ]);
        PlanRefused(Daily with { From = Day(19), To = Day(19) }).ShouldBe(
        [
            "1119..1119 asked for", "1120..1120 refused before (skipped)", "1121..1122 refused before (skipped)",
        ]);
        _reads.Clear();
        Read(Day(22), Day(23).At(5));
        PlanRefused(Daily).ShouldBe(["1122..1122 read again", "1119..1121 refused before (skipped)"]);

        IEnumerable<string> PlanRefused(RunRequested request) => new Planner(_reads, 4)
            .Plan("run", request, Morning, [new PlanSubject(Acme, Organization, Usage) { IsRefused = true }]).Windows
            .Select(Text);
    }

    [Fact]
    public void A_meter_is_planned_like_a_snapshot()
    {
        var meter = new PlanSubject(Acme, Organization, new Report("meter", ReportKind.Meter, 1, 0));

        Windows().ShouldBe(["1123..1123 new"]);
        _reads[new Slice("anthropic", Organization, "meter", Day(23))] = new SliceRead(Day(23).At(1), Pinned: false);
        Windows().ShouldBe(["1123..1123 read again"]);

        IEnumerable<string> Windows() =>
            new Planner(_reads, 30).Plan("run", Daily with { Days = 30 }, Morning, [meter]).Windows.Select(Text);
    }

    [Fact]
    public void A_pinned_day_stays_until_force()
    {
        _reads[new Slice("anthropic", Organization, Usage.Name, Day(21))] = new SliceRead(Day(22).At(6), Pinned: true);

        Plan(Daily with { Days = 2 }, gapDays: 0).ShouldBe(["1122..1122 asked for", "1121..1121 pinned (skipped)"]);
        Plan(Daily with { Days = 2, Force = true }, gapDays: 0).ShouldBe(["1122..1122 asked for", "1121..1121 forced"]);
    }

    private static DateOnly Day(int day) => new(2026, 11, day);

    private static string Text(PlannedWindow planned) =>
        $"{planned.Window.From:MMdd}..{planned.Window.To:MMdd} {planned.Why}{(planned.Skipped ? " (skipped)" : "")}";

    private void Read(DateOnly day, DateTimeOffset began) =>
        _reads[new Slice("anthropic", Organization, Usage.Name, day)] = new SliceRead(began, false);

    private void ReadEachDayNextMorning(DateOnly from, DateOnly to)
    {
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            Read(day, day.AddDays(1).At(6));
        }
    }

    private List<string> Plan(RunRequested request, int gapDays, DateTimeOffset? time = null) =>
        [.. Planned(request, gapDays, time).Select(Text)];

    private IReadOnlyList<PlannedWindow> Planned(RunRequested request, int gapDays, DateTimeOffset? time = null) =>
        new Planner(_reads, gapDays)
            .Plan("run", request, time ?? Morning, [new PlanSubject(Acme, Organization, Usage)]).Windows;
}

internal static class Days
{
    public static DateTimeOffset At(this DateOnly day, int hour) => new(day, new TimeOnly(hour, 0), TimeSpan.Zero);
}

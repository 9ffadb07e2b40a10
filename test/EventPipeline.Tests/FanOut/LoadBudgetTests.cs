using CsCheck;
using EventPipeline.FanOut;
using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.FanOut;

/// <summary>A day has so many load jobs: daily runs come first, and what may wait, waits.</summary>
public sealed class LoadBudgetTests
{
    private static readonly DateOnly Day = new(2026, 11, 22);

    [Theory]
    [InlineData(1_500, 0, 0, 1_200)]
    [InlineData(1_500, 54, 0, 1_146)]
    [InlineData(1_500, 54, 1_000, 146)]
    [InlineData(1_500, 54, 1_146, 0)]
    [InlineData(1_500, 900, 0, 300)]
    [InlineData(1_500, 20_000, 0, 311)]
    [InlineData(1_500, 60_000, 0, 0)]
    [InlineData(1_500, 54, 5_000, 0)]
    public void A_fifth_is_kept_for_failures_and_what_daily_runs_need_for_them(
        int limit, int daily, long published, int left) =>
        LoadBudget.Create(limit, daily, published).Left.ShouldBe(left);

    [Theory]
    [InlineData(1_500, 54, 1)]
    [InlineData(1_500, 900, 1)]
    [InlineData(1_500, 901, 2)]
    [InlineData(1_500, 9_000, 14)]
    [InlineData(1_500, 100_000, 64)]
    [InlineData(100, 60, 1)]
    [InlineData(100, 61, 2)]
    [InlineData(1, 20, 27)]
    public void A_daily_run_of_more_windows_than_its_share_shares_load_jobs(int limit, int daily, int group) =>
        LoadBudget.Create(limit, daily, 0).DailyGroup.ShouldBe(group);

    [Fact]
    public void Small_windows_of_a_vendor_share_a_message()
    {
        PlannedWindow[] windows =
        [
            .. OfADay(WindowReason.New, 5, "openai", rows: null),
            .. OfADay(WindowReason.New, 2, "anthropic", rows: 20_000),
            .. OfADay(WindowReason.ReadAgain, 1, "openai", rows: 20_001),
        ];

        var groups = new LoadBudget(0, DailyGroup: 3).Groups(windows).ToList();

        groups.Select(group => group.Count).ShouldBe([3, 1, 2, 2], ignoreOrder: true);
        groups.ShouldAllBe(group => group.Select(planned => planned.Window.Vendor).Distinct().Count() == 1);
        groups.SelectMany(group => group).ShouldBe(windows, ignoreOrder: true);
    }

    [Fact]
    public void Windows_of_a_backfill_share_if_they_are_known_to_be_small()
    {
        PlannedWindow[] windows =
        [
            .. OfADay(WindowReason.AskedFor, 20, "openai", rows: 100),
            .. OfADay(WindowReason.AskedFor, 10, "anthropic", rows: null),
            .. Windows(WindowReason.New, 2),
        ];

        var groups = new LoadBudget(100).Groups(windows).Select(group => group.Count).ToList();

        groups.ShouldBe([8, 8, 4, .. Enumerable.Repeat(1, 12)], ignoreOrder: true);
    }

    [Fact]
    public void A_day_with_few_load_jobs_left_publishes_eight_small_windows_for_each()
    {
        new LoadBudget(5).Apply(OfADay(WindowReason.AskedFor, 100, "openai", rows: 100))
            .Count(planned => planned.IsPublished)
            .ShouldBe(40);
        new LoadBudget(40).Apply(OfADay(WindowReason.AskedFor, 100, "openai", rows: null))
            .Count(planned => planned.IsPublished)
            .ShouldBe(40, "nothing is known of how many rows they have");
    }

    [Fact]
    public void What_fits_makes_no_more_groups_than_there_are_load_jobs() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool).Array[26, 200], Gen.Int[1, 60], Gen.Int[1, 9]).Sample(
            (kinds, left, group) =>
            {
                PlannedWindow[] windows =
                [
                    .. kinds.Select((kind, number) => new PlannedWindow(
                        Window.Create(new Subject($"v{kind.Item1}", $"a{number}", "cost"), Day),
                        WindowReason.AskedFor,
                        Rows: kind.Item2 ? 5 : kind.Item3 ? null : 30_000)),
                ];

                var fitting = WindowGroups.Fitting(windows, _ => group, left);

                WindowGroups.Of(windows.Take(fitting), _ => group).Count().ShouldBeLessThanOrEqualTo(left);
                if (fitting < windows.Length)
                {
                    WindowGroups.Of(windows.Take(fitting + 1), _ => group).Count().ShouldBe(left + 1);
                }
            });

    [Fact]
    public void A_daily_run_needs_a_window_for_yesterday_those_of_the_days_it_reads_again_and_one_for_a_snapshot()
    {
        Report[] reports =
        [
            new("usage", ReportKind.Daily, MaxWindowDays: 7, SettledAfterDays: 7),
            new("cost", ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 7),
            new("code", ReportKind.Daily, MaxWindowDays: 2, SettledAfterDays: 3),
            new("once", ReportKind.Daily, MaxWindowDays: 7, SettledAfterDays: 0),
            new("names", ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0),
            new("monthly", ReportKind.Daily, MaxWindowDays: 31, SettledAfterDays: 8)
            {
                Settles = Settles.AfterItsMonth,
            },
        ];

        LoadBudget.DailyWindows(reports).ShouldBe(2 + 2 + 3 + 1 + 1 + 3);
    }

    [Fact]
    public void What_fits_is_published_as_it_was_planned()
    {
        var windows = Windows(WindowReason.AskedFor, 40);

        new LoadBudget(40).Apply(windows).ShouldBe(windows);
    }

    [Fact]
    public void The_newest_days_that_were_asked_for_are_published_and_the_others_wait_newest_first()
    {
        var windows = Windows(WindowReason.AskedFor, 60);

        var applied = new LoadBudget(40).Apply(windows);

        applied.Where(planned => planned.IsPublished).ShouldBe(windows.TakeLast(40));
        applied.Skip(40).ShouldBe(windows.Take(20).Reverse().Select(planned => planned with { Waiting = true }));
    }

    [Fact]
    public void What_every_daily_run_reads_never_waits()
    {
        PlannedWindow[] windows =
        [
            .. Windows(WindowReason.New, 50),
            .. Windows(WindowReason.ReadAgain, 50),
            .. Windows(WindowReason.Settled, 50),
        ];

        new LoadBudget(0).Apply(windows).ShouldBe(windows);
        LoadBudget.Matters(windows).ShouldBeFalse();
    }

    [Fact]
    public void Gaps_are_left_to_the_next_run_which_finds_them_again()
    {
        PlannedWindow[] windows = [.. Windows(WindowReason.New, 1), .. Windows(WindowReason.Gap, 60)];

        var applied = new LoadBudget(40).Apply(windows);

        applied.Count(planned => planned.IsPublished).ShouldBe(41);
        var left = applied.Where(planned => !planned.IsPublished).ToList();
        left.ShouldAllBe(planned => planned.Skipped && !planned.Waiting && planned.Why == WindowReason.LeftForLater);
        left.Min(planned => planned.Window.To).ShouldBeGreaterThan(
            applied.Where(planned => planned.Why == WindowReason.Gap).Max(planned => planned.Window.To));
    }

    [Fact]
    public void Days_that_were_asked_for_come_before_gaps()
    {
        PlannedWindow[] windows = [.. Windows(WindowReason.Gap, 30), .. Windows(WindowReason.AskedFor, 30)];

        var published = new LoadBudget(40).Apply(windows).Where(planned => planned.IsPublished).ToList();

        published.CountBy(planned => planned.Why).ShouldBe(
            [new(WindowReason.Gap, 10), new(WindowReason.AskedFor, 30)], ignoreOrder: true);
    }

    [Fact]
    public void A_few_windows_do_not_wait_behind_a_backfill()
    {
        var few = Windows(WindowReason.Forced, 25);

        LoadBudget.Matters(few).ShouldBeFalse();
        new LoadBudget(0).Apply(few).ShouldBe(few);
        new LoadBudget(0).Apply(Windows(WindowReason.Forced, 26)).Count(planned => planned.Waiting).ShouldBe(1);
    }

    [Fact]
    public void Windows_of_other_days_do_not_share_so_that_a_load_writes_to_few_partitions()
    {
        PlannedWindow[] windows =
            [.. Windows(WindowReason.AskedFor, 30).Select(planned => planned with { Rows = 100 })];

        new LoadBudget(100).Groups(windows).ShouldAllBe(group => group.Count == 1);
    }

    [Fact]
    public void A_message_of_a_month_counts_as_two_load_jobs_for_a_table_takes_thirty_thousand_changes_of_partitions()
    {
        PlannedWindow[] months =
        [
            .. OfADay(WindowReason.AskedFor, 100, "openai", rows: null)
                .Select(planned => planned with { Window = planned.Window with { From = Day.AddDays(-30) } }),
        ];

        new LoadBudget(60).Apply(months).Count(planned => planned.IsPublished).ShouldBe(30);
        WindowGroups.LoadsOf([months[0]]).ShouldBe(2);
        WindowGroups.LoadsOf(OfADay(WindowReason.New, 9, "openai", rows: 1)).ShouldBe(1);
    }

    /// <summary>Windows of one day, of an account each.</summary>
    private static PlannedWindow[] OfADay(string why, int count, string vendor, long? rows) =>
    [
        .. Enumerable.Range(0, count).Select(number => new PlannedWindow(
            Window.Create(new Subject(vendor, $"account-{number}", "cost"), Day), why, Rows: rows)),
    ];

    /// <summary>Windows of a day each, the oldest first.</summary>
    private static PlannedWindow[] Windows(string why, int count, string vendor = "openai") =>
    [
        .. Enumerable.Range(0, count).Select(number => new PlannedWindow(
            Window.Create(new Subject(vendor, "acme", "cost"), Day.AddDays(number - count)),
            why,
            why == WindowReason.Settled,
            why == WindowReason.Forced)),
    ];
}

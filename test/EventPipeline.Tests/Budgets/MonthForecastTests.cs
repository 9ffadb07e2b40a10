using EventPipeline.Budgets;

namespace EventPipeline.Tests.Budgets;

/// <summary>What a month will have cost: November 2026 has 21 working days and 9 others.</summary>
public sealed class MonthForecastTests
{
    private static readonly DateOnly November = new(2026, 11, 1);

    [Fact]
    public void Days_that_are_left_cost_what_days_of_their_kind_did()
    {
        var spend = Spend(November.AddMonths(-2), November.AddDays(14), day => IsWeekend(day) ? 1 : 10);

        var forecast = MonthForecast.Create(spend, spend.Until);

        // Until Sunday the 15th: ten working days and five others; eleven and four are left.
        forecast.ShouldBe(new MonthForecast(105, November.AddDays(14), 219));
    }

    [Fact]
    public void Of_the_last_day_nothing_is_left_and_the_first_has_the_month_before()
    {
        var spend = Spend(November.AddMonths(-2), November.AddDays(29), day => IsWeekend(day) ? 1 : 10);

        MonthForecast.Create(spend, November.AddDays(29)).ShouldBe(new MonthForecast(219, November.AddDays(29), 219));
        MonthForecast.Create(spend, November).ShouldBe(new MonthForecast(1, November, 219));
    }

    [Fact]
    public void What_began_in_the_month_is_forecast_from_its_own_days()
    {
        // Monday the 9th to Friday the 13th: no Saturday is known, so the others cost nothing.
        var spend = Spend(November.AddDays(8), November.AddDays(12), _ => 10);

        MonthForecast.Create(spend, spend.Until).ShouldBe(new MonthForecast(50, November.AddDays(12), 160));
    }

    [Fact]
    public void A_day_without_money_counts_as_one()
    {
        var spend = Spend(November.AddDays(1), November.AddDays(13), day => day.Day == 2 ? 30 : 0);

        // One of ten working days.
        MonthForecast.Create(spend, spend.Until).Usd.ShouldBe(30 + (11 * 3));
    }

    [Fact]
    public void Past_months_say_how_far_off_the_method_was()
    {
        // Steady until September, a tenth more in the second half of October.
        var spend = Spend(
            November.AddMonths(-5),
            November.AddDays(14),
            day => (IsWeekend(day) ? 1 : 10) * (day is { Month: 10, Day: > 15 } ? 1.1m : 1));

        MonthForecast.PastErrors(spend, November.AddDays(14)).ShouldBe([-4.8m, 0m, 0m]);
    }

    [Fact]
    public void A_month_before_the_money_began_says_nothing()
    {
        var spend = Spend(new DateOnly(2026, 9, 10), November.AddDays(14), _ => 1);

        // Of October the days before are known, of September not.
        MonthForecast.PastErrors(spend, November.AddDays(14)).ShouldBe([0m]);
        MonthForecast.PastErrors(new DailySpend("x", new Dictionary<DateOnly, decimal>(), November), November)
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_day_of_a_longer_month_is_the_last_of_a_shorter_one()
    {
        var spend = Spend(new DateOnly(2026, 1, 1), new DateOnly(2026, 5, 31), _ => 2);

        MonthForecast.PastErrors(spend, new DateOnly(2026, 5, 31)).ShouldBe([0m, 0m, 0m]);
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static DailySpend Spend(DateOnly from, DateOnly until, Func<DateOnly, decimal> usd) => new(
        "acme",
        Enumerable.Range(0, until.DayNumber - from.DayNumber + 1).Select(from.AddDays)
            .Where(day => usd(day) != 0)
            .ToDictionary(day => day, usd),
        until);
}

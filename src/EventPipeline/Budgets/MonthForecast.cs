namespace EventPipeline.Budgets;

/// <summary>
/// What a calendar month will have cost: what was billed until a day, and for each day that is left the mean of the
/// working days, or of the Saturdays and Sundays, among the <see cref="Window"/> days until then. US dollars.
/// </summary>
/// <param name="Spent">What was billed of the month until that day.</param>
/// <param name="Until">The last day that is in, UTC.</param>
/// <param name="Usd">What the whole month will have cost.</param>
internal sealed record MonthForecast(decimal Spent, DateOnly Until, decimal Usd)
{
    /// <summary>How many days a mean is made of.</summary>
    public const int Window = 28;

    /// <summary>How many past months say how far off the method was.</summary>
    public const int PastMonths = 3;

    public const string Method =
        "billed so far, and for each day that is left the mean of the working days, or of the Saturdays and Sundays, "
        + "of the 28 days before";

    /// <summary>The first day whose money a forecast needs, without past months.</summary>
    public static DateOnly FirstDay(DateOnly day) =>
        new[] { day.FirstOfMonth(), day.AddDays(1 - Window) }.Min();

    /// <summary>The first day whose money a forecast and its errors need.</summary>
    public static DateOnly FirstDayWithPast(DateOnly day) => FirstDay(day.FirstOfMonth().AddMonths(-PastMonths));

    /// <summary>The forecast of the month of a day, as it was on that day.</summary>
    /// <param name="spend">What was billed by day.</param>
    /// <param name="until">The last day that counts.</param>
    public static MonthForecast Create(DailySpend spend, DateOnly until)
    {
        // Before the first day of money there was no account, or no team: its days are not days without money.
        var begun = spend.Days.Count == 0 ? until : spend.Days.Keys.Min();
        var past = Days(new[] { until.AddDays(1 - Window), begun }.Max(), until).ToLookup(UtcDay.IsWeekend);
        decimal Mean(bool weekend) => past[weekend].Any()
            ? past[weekend].Sum(day => spend.Days.GetValueOrDefault(day)) / past[weekend].Count()
            : 0;

        var (workday, weekend) = (Mean(false), Mean(true));
        var spent = spend.Sum(until.FirstOfMonth(), until);
        var left = Days(until.AddDays(1), Last(until)).Sum(day => day.IsWeekend() ? weekend : workday);
        return new MonthForecast(spent, until, decimal.Round(spent + left, 2, MidpointRounding.ToEven));
    }

    /// <summary>
    /// How far the forecasts of the same day of the past months were off, in hundredths of what these months cost,
    /// the newest first; positive where too much was forecast. Months of which a day, or of whose forecast the days
    /// before, are older than the first day of money are left out.
    /// </summary>
    public static IReadOnlyList<decimal> PastErrors(DailySpend spend, DateOnly until)
    {
        if (spend.Days.Count == 0)
        {
            return [];
        }

        var begun = spend.Days.Keys.Min();
        return
        [
            .. from back in Enumerable.Range(1, PastMonths)
               let month = until.FirstOfMonth().AddMonths(-back)
               let day = new DateOnly(month.Year, month.Month, Math.Min(until.Day, Last(month).Day))
               where begun <= FirstDay(day)
               let cost = spend.Sum(month, Last(month))
               where cost > 0
               select decimal.Round(100 * (Create(spend, day).Usd - cost) / cost, 1, MidpointRounding.ToEven),
        ];
    }

    private static DateOnly Last(DateOnly day) => day.FirstOfMonth().AddMonths(1).AddDays(-1);

    private static IEnumerable<DateOnly> Days(DateOnly from, DateOnly to) =>
        Enumerable.Range(0, Math.Max(0, to.DayNumber - from.DayNumber + 1)).Select(from.AddDays);
}

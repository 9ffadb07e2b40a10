using EventPipeline.Load;

namespace EventPipeline.Reconciliation;

/// <summary>Days of a report that were not read although others of its month were.</summary>
internal sealed record MissingDays(string Account, string Report, IReadOnlyList<DateOnly> Days);

/// <summary>Explains the difference between a vendor's bill of a month and what the views show as billed.</summary>
/// <param name="Bill">The bill.</param>
internal sealed record BillExplanation(Bill Bill)
{
    /// <summary>What <c>daily_cost</c> shows of the month.</summary>
    public decimal Billed { get; private init; }

    /// <summary>What of it is negative: credits and refunds that the vendor's API tells.</summary>
    public decimal Negative { get; private init; }

    /// <summary>What of it was read before the vendor stopped restating it.</summary>
    public decimal Unsettled { get; private init; }

    /// <summary>On how many days.</summary>
    public int UnsettledDays { get; private init; }

    /// <summary>When the last of them settles, UTC.</summary>
    public DateTimeOffset? SettlesAt { get; private init; }

    /// <summary>Closed days of the month that were not read.</summary>
    public IReadOnlyList<MissingDays> Missing { get; private init; } = [];

    /// <summary>Configured accounts of which nothing was loaded in the month.</summary>
    public IReadOnlyList<string> UnreadAccounts { get; private init; } = [];

    /// <summary>How many seats were read last in the month; null where none were.</summary>
    public long? SeatCount { get; private init; }

    /// <summary>What the bill is above what is shown.</summary>
    public decimal Difference => Bill.Invoice - Billed;

    /// <summary>A bill is in cents.</summary>
    public decimal Rounding => Math.Round(Billed, 2, MidpointRounding.AwayFromZero) - Billed;

    /// <summary>What no known amount explains.</summary>
    public decimal Unexplained => Difference - Rounding - Bill.Tax + Bill.Credits - Bill.Seats;

    /// <summary>Looks at what is loaded of a month.</summary>
    /// <param name="bill">The bill.</param>
    /// <param name="slices">What the statement <c>month_bill</c> answers.</param>
    /// <param name="seats">What the statement <c>seats_by_day</c> answers.</param>
    /// <param name="accounts">The names of the configured accounts that the bill is of.</param>
    /// <param name="from">The first day of the month.</param>
    /// <param name="lastClosed">The last day of the month that is over.</param>
    public static BillExplanation Create(
        Bill bill,
        IReadOnlyList<Row> slices,
        IReadOnlyList<Row> seats,
        IReadOnlyList<string> accounts,
        DateOnly from,
        DateOnly lastClosed)
    {
        var unsettled = slices.Where(slice => !slice.IsNull("settles_at") && !slice.IsNull("usd")).ToList();
        var reportsWithMoney = slices.Where(slice => !slice.IsNull("usd"))
            .Select(slice => slice.Text("report"))
            .ToHashSet();
        var closed = Enumerable.Range(0, Math.Max(0, lastClosed.DayNumber - from.DayNumber + 1)).Select(from.AddDays);
        return new BillExplanation(bill)
        {
            Billed = slices.Sum(slice => slice.Exact("usd")),
            Negative = slices.Sum(slice => slice.Exact("negative_usd")),
            Unsettled = unsettled.Sum(slice => slice.Exact("usd")),
            UnsettledDays = unsettled.Select(slice => slice.Date("usage_date")).Distinct().Count(),
            SettlesAt = unsettled.Max(slice => slice.TimestampOrNull("settles_at")),
            Missing =
            [
                .. from slice in slices
                   where reportsWithMoney.Contains(slice.Text("report"))
                   group slice.Date("usage_date") by (Account: slice.Text("account"), Report: slice.Text("report"))
                   into read
                   orderby read.Key
                   let missing = closed.Except(read).ToList()
                   where missing.Count > 0
                   select new MissingDays(read.Key.Account, read.Key.Report, missing),
            ],
            UnreadAccounts = [.. accounts.Except(slices.Select(slice => slice.Text("account")))],
            SeatCount = seats is [var newest, ..] ? newest.GetInt64("seats") : null,
        };
    }
}

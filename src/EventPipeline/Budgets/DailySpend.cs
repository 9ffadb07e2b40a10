using EventPipeline.Load;

namespace EventPipeline.Budgets;

/// <summary>Billed money by day of one vendor, account or team, US dollars.</summary>
/// <param name="Name">What a <see cref="Budget"/> calls it; null is what belongs to no team.</param>
/// <param name="Days">Days on which something was billed, UTC.</param>
/// <param name="Until">The last day that is in.</param>
internal sealed record DailySpend(string? Name, IReadOnlyDictionary<DateOnly, decimal> Days, DateOnly Until)
{
    /// <summary>
    /// Reads it. A vendor or an account is in until the last day of which anything of it was billed, a team until the
    /// last day of which anything was: a team may spend nothing for days.
    /// </summary>
    /// <param name="warehouse">The warehouse.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="scope">One of <see cref="Budget.Scopes"/>.</param>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day, inclusive.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<IReadOnlyList<DailySpend>> ReadAsync(
        IWarehouse warehouse,
        string dataset,
        string scope,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("spend", ("by", scope), ("from", from), ("to", to)), cancellationToken);
        return
        [
            .. from name in rows.GroupBy(row => row.TextOrNull("item"))
               orderby name.Key
               let days = name.ToDictionary(row => row.Date("usage_date"), row => row.Exact("amount_usd"))
               select new DailySpend(
                   name.Key,
                   days,
                   scope == Budget.Team ? rows.Max(row => row.Date("usage_date")) : days.Keys.Max()),
        ];
    }

    /// <summary>What was billed from one day to another, both included.</summary>
    public decimal Sum(DateOnly from, DateOnly to) =>
        Days.Where(day => day.Key >= from && day.Key <= to).Sum(day => day.Value);
}

using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>What a run has committed of a window before now.</summary>
internal static class CommittedDays
{
    /// <summary>
    /// What the days before a day add up to, as if the window ended with them: those of earlier steps, or all of a
    /// window that an earlier version has committed, whose commits are no ends. Null if there are none.
    /// </summary>
    public static async Task<WindowEnd?> SumAsync(
        IWarehouse warehouse,
        string dataset,
        WindowLookUp lookUp,
        DateOnly before,
        CancellationToken cancellationToken)
    {
        var days = lookUp.Committed.Where(day => day.Date("usage_date") < before).ToList();
        if (days.Count == 0)
        {
            return null;
        }

        var money = await LandedMoney.OfAsync(warehouse, dataset, lookUp.Window, cancellationToken);
        var highest = days.MinBy(day => WindowState.Rank(day.Text("state")))!;
        return new WindowEnd(
            highest.Text("state"),
            days.Sum(day => day.GetInt64("row_count")),
            days.Sum(day => day.GetInt64("tokens")),
            SumsByBasis.Total(
                from day in days
                select money.GetValueOrDefault((day.Text("load_id"), day.Date("usage_date")), SumsByBasis.None)),
            highest.Text("load_id"),
            null,
            new EndDetails(null, []));
    }
}

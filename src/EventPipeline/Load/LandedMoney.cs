namespace EventPipeline.Load;

/// <summary>
/// Money of the loads of a window, from their rows: <c>slice_versions</c> has columns for what is billed and estimated
/// only.
/// </summary>
internal static class LandedMoney
{
    /// <summary>The sums of every load that has rows of money in the window's days, by load and day.</summary>
    public static async Task<IReadOnlyDictionary<(string LoadId, DateOnly Day), SumsByBasis>> OfAsync(
        IWarehouse warehouse, string dataset, Window window, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create(
                "landed_money",
                ("vendor", window.Vendor), ("report", window.Report), ("from", window.From), ("to", window.To)),
            cancellationToken);
        return rows.ToDictionary(
            row => (row.Text("load_id"), row.Date("usage_date")), row => row.ByBasis("usd_by_basis"));
    }
}

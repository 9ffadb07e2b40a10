using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Says how much of what was billed belongs to somebody, and what does not, the largest amounts first.
/// </summary>
internal sealed class PeopleCheck(IWarehouse warehouse, TextWriter output, TimeProvider clock)
{
    private const int MaxShown = 30;

    /// <summary>Writes two tables.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(string dataset, int days, CancellationToken cancellationToken)
    {
        var to = clock.Today().AddDays(-1);
        var from = to.AddDays(1 - days);
        (string, object?)[] range = [("from", from), ("to", to)];
        var shares = await warehouse.QueryAsync(
            dataset, Statement.Create("attribution", range), cancellationToken);
        var period = string.Create(CultureInfo.InvariantCulture, $"{from:yyyy-MM-dd} to {to:yyyy-MM-dd}");
        if (shares.Count == 0)
        {
            await output.WriteLineAsync($"Nothing was billed from {period} in {dataset}.");
            return 0;
        }

        await output.WriteLineAsync($"US dollars billed from {period}:");
        await TextColumns.WriteAsync(
            output,
            [
                ["vendor", "billed", "to an owner", "allocated", "unattributed", "attributed"],
                .. shares.Select(row => new[]
                {
                    row.Text("vendor"),
                    Cents(row.Exact("amount_usd")),
                    Cents(row.Exact("billed_usd")),
                    Cents(row.Exact("allocated_usd")),
                    Cents(row.Exact("unattributed_usd")),
                    Share(row),
                }),
            ]);
        var unowned = await warehouse.QueryAsync(
            dataset, Statement.Create("unowned_cost", range), cancellationToken);
        if (unowned.Count == 0)
        {
            await output.WriteLineAsync("All of it belongs to somebody.");
            return 0;
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync("What belongs to nobody:");
        await TextColumns.WriteAsync(
            output,
            [
                ["vendor", "account", "workspace", "user", "key", "US dollars"],
                .. unowned.Take(MaxShown).Select(row => new[]
                {
                    row.Text("vendor"),
                    row.Text("account"),
                    Named(row, "sub_account"),
                    Named(row, "actor"),
                    Named(row, "api_key"),
                    Cents(row.Exact("amount_usd")),
                }),
            ]);
        if (unowned.Count > MaxShown)
        {
            await output.WriteLineAsync(
                $"… and {unowned.Count - MaxShown} more, "
                + $"{Cents(unowned.Skip(MaxShown).Sum(row => row.Exact("amount_usd")))} US dollars");
        }

        await output.WriteLineAsync(
            "`people suggest` writes a list of likely owners; `people import` records the list that you give it.");
        return 0;
    }

    /// <summary>The id, which a list of owners needs, with its name where it has one.</summary>
    private static string Named(Row row, string name) => (row.TextOrNull($"{name}_id"), row.TextOrNull(name)) switch
    {
        (null, var called) => called ?? "",
        var (id, called) => called is null || called == id ? id : $"{id} ({called})",
    };

    private static string Share(Row row) => row.Exact("amount_usd") is not 0 and var amount
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * (row.Exact("billed_usd") + row.Exact("allocated_usd")) / amount:0.0} %")
        : "";

    private static string Cents(decimal usd) => usd.ToString("0.00", CultureInfo.InvariantCulture);
}

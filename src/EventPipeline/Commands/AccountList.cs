using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>Lists the accounts of a dataset and, for each name stored under two ids, says how to merge them.</summary>
internal sealed class AccountList(IWarehouse warehouse, TextWriter output)
{
    /// <summary>Writes a line per account and name, in columns.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("list_accounts"), cancellationToken);
        if (rows.Count == 0)
        {
            await output.WriteLineAsync($"{dataset} contains no accounts yet: nothing has been loaded.");
            return 0;
        }

        string[][] lines =
        [
            ["vendor", "account_id", "account", "days", "from", "to", "also stored as"],
            .. rows.Select(row => new[]
            {
                row.Text("vendor"),
                row.Text("account_id"),
                row.Text("account"),
                row.GetInt64("days").ToString(CultureInfo.InvariantCulture),
                row.Date("first_day").Text(),
                row.Date("last_day").Text(),
                string.Join(
                    ' ',
                    new[] { row.Text("first_id"), row.Text("last_id") }
                        .Distinct()
                        .Where(id => id != row.Text("account_id"))),
            }),
        ];
        await TextColumns.WriteAsync(output, lines);

        foreach (var twice in
            rows.GroupBy(row => (Vendor: row.Text("vendor"), Account: row.Text("account")))
                .Where(group => group.Count() > 1))
        {
            // An account without an id was filed under its name; the other id is the vendor's.
            var ids = twice.Select(row => row.Text("account_id"))
                .OrderByDescending(id => id == twice.Key.Account)
                .ToList();
            await output.WriteLineAsync(
                $"{twice.Key.Vendor}/{twice.Key.Account} is stored under {ids.Count} ids. If they are "
                + "one organisation, days stored under both are counted twice. To merge them: "
                + $"accounts merge --dataset {dataset} --vendor {twice.Key.Vendor} --from {ids[0]} --into {ids[1]}");
        }

        return 0;
    }
}

using EventPipeline.Load;
using EventPipeline.Reconciliation;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Commands;

/// <summary>Explains the difference between a bill and what the views show.</summary>
internal sealed class BillCheck(IWarehouse warehouse, string dataset, DateOnly today, ReconciliationWriter writer)
{
    /// <param name="bill">The bill.</param>
    /// <param name="month">The first day of its month.</param>
    /// <param name="accounts">The configured accounts that it is of, all of one vendor.</param>
    /// <param name="isOfOne">Whether it is of one account, and not of every account of the vendor.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        Bill bill,
        DateOnly month,
        IReadOnlyList<Account> accounts,
        bool isOfOne,
        CancellationToken cancellationToken)
    {
        var accountId = isOfOne
            ? await StoredAccount.FindIdAsync(warehouse, dataset, accounts[0], cancellationToken) ?? accounts[0].Name
            : null;
        var last = month.AddMonths(1).AddDays(-1);
        var vendor = accounts[0].Vendor;
        (string, object?)[] of =
        [
            ("vendor", vendor),
            ("account_id", accountId),
            ("from", month),
            ("to", last),
        ];
        var explanation = BillExplanation.Create(
            bill,
            await warehouse.QueryAsync(dataset, Statement.Create("month_bill", of), cancellationToken),
            await warehouse.QueryAsync(dataset, Statement.Create("seats_by_day", of), cancellationToken),
            [.. accounts.Select(account => account.Name)],
            month,
            last < today ? last : today.AddDays(-1));
        await writer.WriteAsync(explanation, vendor, month);
        return Math.Round(explanation.Unexplained, 2) == 0 ? 0 : 1;
    }
}

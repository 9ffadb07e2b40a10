using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Reconciliation;

/// <summary>What a configured account is in the tables.</summary>
internal static class StoredAccount
{
    /// <summary>Its <c>account_id</c>; null where nothing of it was ever loaded.</summary>
    public static async Task<string?> FindIdAsync(
        IWarehouse warehouse, string dataset, Account account, CancellationToken cancellationToken)
    {
        var known = await warehouse.QueryAsync(
            dataset,
            Statement.Create("account_id", ("vendor", account.Vendor), ("account", account.Name)),
            cancellationToken);
        return known is [var row] ? row.Text("account_id") : null;
    }
}

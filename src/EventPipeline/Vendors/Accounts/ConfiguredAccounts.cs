using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Accounts;

/// <summary>Every configured account, in the order of the settings.</summary>
internal sealed class ConfiguredAccounts(IReadOnlyList<Account> all)
{
    /// <summary>The accounts of every vendor.</summary>
    public IReadOnlyList<Account> All { get; } = all;

    /// <summary>The accounts of one vendor.</summary>
    public IReadOnlyList<Account> For(string vendor) => [.. All.Where(account => account.Vendor == vendor)];

    /// <summary>One account; null where none has this name.</summary>
    public Account? Find(string vendor, string name) =>
        All.FirstOrDefault(account => account.Vendor == vendor && account.Name == name);
}

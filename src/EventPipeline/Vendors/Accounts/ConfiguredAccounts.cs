using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Accounts;

/// <summary>Every configured account, in the order of the settings.</summary>
internal sealed class ConfiguredAccounts(IReadOnlyList<Account> all)
{
    /// <summary>The accounts of every vendor.</summary>
    public IReadOnlyList<Account> All { get; } = all;

    /// <summary>Whether a report is among those that its account is set to read.</summary>
    public bool Reads(Subject subject, KnownVendors vendors) =>
        Find(subject.Vendor, subject.Account) is { } account
        && vendors.All.First(vendor => vendor.Name == account.Vendor).ReportsOf(account)
            .Any(report => report.Name == subject.Report);

    /// <summary>The accounts of one vendor.</summary>
    public IReadOnlyList<Account> For(string vendor) => [.. All.Where(account => account.Vendor == vendor)];

    /// <summary>One account; null where none has this name.</summary>
    public Account? Find(string vendor, string name) =>
        All.FirstOrDefault(account => account.Vendor == vendor && account.Name == name);
}

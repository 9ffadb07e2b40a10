using System.CommandLine;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Commands;

/// <summary>Which of the configured accounts a command works on.</summary>
internal static class AccountChoice
{
    public static Option<string?> Vendor { get; } =
        new("--vendor") { Description = "Only this vendor.", HelpName = "NAME" };

    public static Option<string?> Account { get; } =
        new("--account") { Description = "Only accounts of this name.", HelpName = "NAME" };

    /// <summary>The accounts that are asked for.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static IReadOnlyList<Account> Read(ParseResult arguments, IServiceProvider services)
    {
        var all = services.GetRequiredService<ConfiguredAccounts>().All;
        var vendors = services.GetRequiredService<KnownVendors>().All.Select(known => known.Name).ToList();
        var (vendor, account) = (arguments.GetValue(Vendor), arguments.GetValue(Account));
        if (vendor is not null && !vendors.Contains(vendor))
        {
            throw new UsageException(
                $"There is no vendor {Shown.Quoted(vendor)}. {Nearest.DidYouMeanOneOf(vendor, vendors)}");
        }

        var asked = all.Where(one => vendor is null || one.Vendor == vendor).ToList();
        if (asked.Count == 0)
        {
            throw new UsageException(
                $"No account{(vendor is null ? "" : $" of {vendor}")} is configured: "
                + "set Vendors__<Vendor>__Accounts__0__Name and …__Secret.");
        }

        List<Account> chosen = [.. asked.Where(one => account is null || one.Name == account)];
        return chosen.Count > 0
            ? chosen
            : throw new UsageException(
                $"No account{(vendor is null ? "" : $" of {vendor}")} is called {Shown.Quoted(account!)}. "
                + Nearest.DidYouMeanOneOf(account!, [.. asked.Select(one => one.Name).Distinct()]));
    }
}

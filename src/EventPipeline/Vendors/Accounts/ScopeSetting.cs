using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Accounts;

/// <summary>Reads what an account is set to read, where its vendor's keys do not say it.</summary>
internal static partial class ScopeSetting
{
    /// <summary>Reads the setting.</summary>
    /// <param name="value">What is configured; null or empty for nothing.</param>
    /// <param name="vendor">Whose account it is.</param>
    /// <param name="mistake">What is wrong with it, after the setting's name; null when nothing is.</param>
    public static AccountScope? Read(string? value, Vendor vendor, out string? mistake)
    {
        mistake = null;
        if (vendor.ScopeKinds.Count == 0)
        {
            return null;
        }

        var forms = string.Join(" or ", vendor.ScopeKinds.Select(kind => $"{kind}/NAME"));
        if (string.IsNullOrEmpty(value))
        {
            mistake = $"is missing; one key may read several of them, so write which one is read: {forms}.";
            return null;
        }

        if (Form().Match(value) is { Success: true } match && vendor.ScopeKinds.Contains(match.Groups["kind"].Value))
        {
            return new AccountScope(match.Groups["kind"].Value, match.Groups["name"].Value);
        }

        // Not shown: it may be the key.
        mistake = $"is not of the form {forms}, with the short name that its addresses have: letters, digits, hyphens "
            + "and underscores.";
        return null;
    }

    /// <summary>
    /// What is wrong where one vendor's accounts read things of several kinds, after the list's name; null when nothing
    /// is.
    /// </summary>
    public static string? MixedKinds(IReadOnlyList<Account> accounts)
    {
        var one = accounts.FirstOrDefault(account => account.Scope is not null);
        var other = accounts.FirstOrDefault(
            account => account.Scope is { } scope && one?.Scope is { } first && scope.Kind != first.Kind);
        return other is null
            ? null
            : $"has '{one!.Name}' read {one.Scope} and '{other.Name}' read {other.Scope}: what one contains would be "
                + "counted twice. Give all accounts of this vendor the same kind of scope.";
    }

    [GeneratedRegex(@"\A(?<kind>[a-z]+)/(?<name>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\z")]
    private static partial Regex Form();
}

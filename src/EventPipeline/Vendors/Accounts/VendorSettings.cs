using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Vendors.Accounts;

/// <summary>
/// Reads the section <c>Vendors</c>, strictly and whole: every mistake is reported, under the name of its environment
/// variable.
/// </summary>
internal sealed partial class VendorSettings
{
    private const string Root = "Vendors";
    private const string Described = "Other";
    private const string StallTimeout = "StallTimeout";
    private const string EmailKey = "EmailKey";
    private const string BaseAddress = "BaseAddress";
    private const string AccountList = "Accounts";
    private const string Name = "Name";
    private const string Secret = "Secret";
    private const string OrganizationId = "OrganizationId";
    private const string SourceName = "Source";
    private const string Scope = "Scope";
    private static readonly TimeSpan MaxStall = TimeSpan.FromHours(1);

    private readonly Secrets _secrets;
    private readonly List<string> _mistakes = [];
    private readonly List<Account> _accounts = [];

    private VendorSettings(
        IConfigurationSection root, IReadOnlyList<Vendor> vendors, Secrets secrets, IEnumerable<string> mistakes)
    {
        _secrets = secrets;
        _mistakes.AddRange(mistakes);
        RefuseValue(root);
        RefuseUnknown(root, [.. vendors.Select(vendor => vendor.Section), Described, StallTimeout, EmailKey]);
        Options = ReadOptions(root.GetSection(StallTimeout)) with
        {
            EmailKey = root.GetSection(EmailKey) is var key && key.Exists() ? ReadSecret(key) : null,
        };
        foreach (var vendor in vendors)
        {
            ReadVendor(root.GetSection(vendor.Section), vendor);
        }

        Accounts = new ConfiguredAccounts(_accounts);
    }

    public ConfiguredAccounts Accounts { get; }

    public VendorOptions Options { get; }

    /// <summary>
    /// Reads the settings, and checks the references to secrets as far as possible without calling anything external.
    /// </summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="vendors">Whose sections are known.</param>
    /// <param name="secrets">Where secrets may be kept.</param>
    /// <param name="mistakes">What is wrong with the descriptions of vendors.</param>
    /// <exception cref="ConfigurationMistakesException">With every mistake.</exception>
    public static VendorSettings Read(
        IConfiguration configuration,
        IEnumerable<Vendor> vendors,
        Secrets secrets,
        params IReadOnlyList<string> mistakes)
    {
        var settings = new VendorSettings(configuration.GetSection(Root), [.. vendors], secrets, mistakes);
        return settings._mistakes.Count == 0 ? settings : throw new ConfigurationMistakesException(settings._mistakes);
    }

    /// <summary>
    /// Reads the settings when the service starts, so that what is wrong here is reported with what is wrong elsewhere.
    /// </summary>
    /// <exception cref="OptionsValidationException">With every mistake.</exception>
    public static void Check(IServiceProvider provider)
    {
        try
        {
            provider.GetRequiredService<VendorSettings>();
        }
        catch (ConfigurationMistakesException wrong)
        {
            throw new OptionsValidationException(Root, typeof(VendorSettings), wrong.Mistakes);
        }
    }

    private VendorOptions ReadOptions(IConfigurationSection section)
    {
        if (!section.Exists())
        {
            return new VendorOptions();
        }

        if (
            TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out var stall)
                && stall > TimeSpan.Zero
                && stall <= MaxStall)
        {
            return new VendorOptions { StallTimeout = stall };
        }

        Mistake(
            section,
            $"is '{section.Value}', which is not a time between 00:00:00 and 01:00:00; write hh:mm:ss, for example "
                + "00:01:00.");
        return new VendorOptions();
    }

    private void ReadVendor(IConfigurationSection section, Vendor vendor)
    {
        RefuseValue(section);
        RefuseUnknown(section, [BaseAddress, AccountList, .. vendor.DescribedBy]);
        var address = ReadBaseAddress(section.GetSection(BaseAddress), vendor);
        var list = section.GetSection(AccountList);
        RefuseValue(list);
        var items = list.GetChildren().ToList();
        if (items.Count == 0 && section.GetSection(BaseAddress).Exists())
        {
            Mistake(
                section.GetSection(BaseAddress),
                $"is set, but no account is: set {Variable(list)}__0__Name and {Variable(list)}__0__Secret, "
                    + "or remove it.");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items)
        {
            ReadAccount(item, vendor, address, names);
        }

        var accounts = _accounts.Where(account => account.Vendor == vendor.Name).ToList();
        RefuseSharing(
            list, accounts, Secret, account => account.Scope is null ? SecretOf(account.SecretReference) : null,
            "one key is one organisation, and reading it twice would count it twice");
        RefuseSharing(
            list, accounts, OrganizationId, account => account.OrganizationId,
            "reading one organisation twice would count it twice");
        RefuseSharing(
            list, accounts, Scope, account => account.Scope?.ToString().ToUpperInvariant(),
            "reading it twice would count it twice");
        if (ScopeSetting.MixedKinds(accounts) is { } mixed)
        {
            Mistake(list, mixed);
        }
    }

    /// <summary>
    /// Two accounts of a vendor must not share what identifies one organisation. What they share is not repeated: it
    /// may be a key.
    /// </summary>
    private void RefuseSharing(
        IConfigurationSection list,
        IEnumerable<Account> accounts,
        string setting,
        Func<Account, string?> valueOf,
        string why)
    {
        foreach (var shared in
            accounts.Where(account => valueOf(account) is not null).GroupBy(valueOf).Where(group => group.Count() > 1))
        {
            var names = string.Join(" and ", shared.Select(account => $"'{account.Name}'"));
            Mistake(list, $"gives {names} the same {setting}: {why}. Remove one of them.");
        }
    }

    /// <summary>Versions of one secret are the same secret.</summary>
    private static string SecretOf(string reference) =>
        reference.StartsWith("projects/", StringComparison.Ordinal) ? reference.Split("/versions/")[0] : reference;

    private void ReadAccount(IConfigurationSection item, Vendor vendor, Uri address, HashSet<string> names)
    {
        if (!int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            Mistake(item, "is not numbered; accounts are a list, numbered from 0.");
        }

        RefuseValue(item);
        RefuseUnknown(
            item,
            [
                Name,
                Secret,
                OrganizationId,
                .. vendor.Sources.Count > 0 ? [SourceName] : (string[])[],
                .. vendor.ScopeKinds.Count > 0 ? [Scope] : (string[])[],
                ReportsSetting.Name,
            ]);
        var name = ReadName(item.GetSection(Name), names);
        var secret = ReadSecret(item.GetSection(Secret));
        var organization = ReadOrganization(item.GetSection(OrganizationId));
        var source = ReadSource(item.GetSection(SourceName), vendor);
        var scope = ScopeSetting.Read(item.GetSection(Scope).Value, vendor, out var mistake);
        if (mistake is not null)
        {
            Mistake(item.GetSection(Scope), mistake);
        }

        var reports = ReportsSetting.Read(item.GetSection(ReportsSetting.Name), vendor, source, _mistakes);
        if (name is not null && secret is not null)
        {
            _accounts.Add(new Account(vendor.Name, name, address, secret, organization)
            {
                Source = source,
                Scope = scope,
                Reports = reports,
            });
        }
    }

    /// <summary>Reads what the account is read from: the vendor's first source unless another is named.</summary>
    private string? ReadSource(IConfigurationSection section, Vendor vendor)
    {
        if (string.IsNullOrEmpty(section.Value) || vendor.Sources.Any(source => source.Name == section.Value))
        {
            return string.IsNullOrEmpty(section.Value) ? vendor.DefaultSource?.Name : section.Value;
        }

        if (vendor.Sources.Count > 0)
        {
            Mistake(
                section,
                $"is '{StrictSection.Written(section.Value)}', which is not a source of {vendor.Section}: it takes one "
                    + $"of {string.Join(", ", vendor.Sources.Select(source => source.Name))}.");
        }

        return null;
    }

    /// <summary>Reads who the account is, if a person says so.</summary>
    private string? ReadOrganization(IConfigurationSection section)
    {
        if (string.IsNullOrEmpty(section.Value) || Organization().IsMatch(section.Value))
        {
            return string.IsNullOrEmpty(section.Value) ? null : section.Value;
        }

        Mistake(
            section,
            $"is '{StrictSection.Written(section.Value)}'; it takes the vendor's own id of the organisation, "
                + "or the account_id that the account has in the tables: "
                + "at most 128 visible characters without spaces.");
        return null;
    }

    private string? ReadName(IConfigurationSection section, HashSet<string> names)
    {
        if (string.IsNullOrEmpty(section.Value))
        {
            Mistake(section, "is missing; give the account a short name, for example 'acme'.");
        }
        else if (!AccountName.IsValid(section.Value))
        {
            Mistake(
                section,
                $"is '{StrictSection.Written(section.Value)}'; a name has at most 63 letters, digits, dots, hyphens "
                    + "and underscores, and begins with a letter or digit.");
        }
        else if (!names.Add(section.Value))
        {
            Mistake(
                section,
                $"is '{section.Value}', which is also the name of another account of this vendor; "
                    + "every account needs its own name.");
        }
        else
        {
            return section.Value;
        }

        return null;
    }

    /// <summary>
    /// Reads where the credential is kept. What was written instead is never repeated: it may be the credential.
    /// </summary>
    private string? ReadSecret(IConfigurationSection section)
    {
        if (string.IsNullOrEmpty(section.Value))
        {
            Mistake(
                section,
                "is missing; put the key into an environment variable and write env: and its name, for example "
                    + "env:VENDOR_ADMIN_KEY.");
            return null;
        }

        if (_secrets.Mistake(section.Value) is { } mistake)
        {
            Mistake(section, mistake);
            return null;
        }

        return section.Value;
    }

    private Uri ReadBaseAddress(IConfigurationSection section, Vendor vendor)
    {
        if (!section.Exists())
        {
            return vendor.DefaultBaseAddress;
        }

        if (!Uri.TryCreate(section.Value, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.Host.Length == 0
            || address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0
            || section.Value!.AsSpan().ContainsAny('?', '#'))
        {
            Mistake(
                section,
                "is not the address of an API: it takes http or https, a host, perhaps a path, and no user, query or "
                    + "fragment; for example "
                    + $"{(vendor.DescribedBy.Count > 0 ? "https://api.example.com/" : vendor.DefaultBaseAddress)}");
            return vendor.DefaultBaseAddress;
        }

        const string version = "/v1";
        var path = address.AbsolutePath.TrimEnd('/');
        path = vendor.DescribedBy.Count == 0 && path.EndsWith(version, StringComparison.OrdinalIgnoreCase)
            ? path[..^version.Length].TrimEnd('/')
            : path;
        return new Uri(address, $"{path}/");
    }

    private void RefuseUnknown(IConfigurationSection section, IReadOnlyList<string> known) =>
        _mistakes.AddRange(StrictSection.RefuseUnknown(section, known));

    private void RefuseValue(IConfigurationSection section) => _mistakes.AddRange(StrictSection.RefuseValue(section));

    private void Mistake(IConfigurationSection section, string what) => _mistakes.Add($"{Variable(section)} {what}");

    private static string Variable(IConfigurationSection section) => StrictSection.Variable(section);

    [GeneratedRegex(@"\A[!-~]{1,128}\z")]
    private static partial Regex Organization();
}

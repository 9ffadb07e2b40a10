namespace EventPipeline.Messages;

/// <summary>Checks the names that a run requests against what exists.</summary>
internal static class RunScope
{
    /// <summary>The requested vendors, accounts and reports; mistakes are noted, not thrown.</summary>
    public static (IReadOnlyList<string>? Vendors,
        IReadOnlyList<string>? Accounts,
        IReadOnlyList<string>? Reports) Read(
        RunArguments arguments, Catalogue catalogue)
    {
        var vendors = arguments.Names("vendors", Example(catalogue.Names, "vendor-name"));
        var accounts = arguments.Names(
            "accounts", Example(catalogue.Vendors.SelectMany(vendor => vendor.Accounts), "default"));
        var reports = arguments.Names(
            "reports", Example(catalogue.Vendors.SelectMany(vendor => vendor.Reports), "cost"));
        foreach (var name in (vendors ?? []).Where(name => !catalogue.Names.Contains(name)))
        {
            Unknown(arguments, "vendor", name, catalogue.Names);
        }

        // An unknown vendor narrows nothing, so that it is reported once, not again for each of its accounts and
        // reports.
        var asked = catalogue.Vendors.Where(vendor => vendors?.Contains(vendor.Name) ?? true).ToList();
        asked = asked.Count > 0 ? asked : [.. catalogue.Vendors];
        foreach (var vendor in
            asked.Where(vendor => vendors is not null && accounts is null && vendor.Accounts.Count == 0))
        {
            arguments.Reject(
                $"The vendor '{vendor.Name}' has no configured account.",
                $"Configure an account of '{vendor.Name}', or leave it out.");
        }

        RequireEach(arguments, "account", accounts, asked, catalogue, vendor => vendor.Accounts);
        if (accounts is not null && asked.Any(vendor => vendor.Accounts.Intersect(accounts).Any()))
        {
            asked.RemoveAll(vendor => !vendor.Accounts.Intersect(accounts).Any());
        }

        RequireEach(arguments, "report", reports, asked, catalogue, vendor => vendor.Reports);
        return (vendors, accounts, reports);
    }

    private static void RequireEach(
        RunArguments arguments,
        string what,
        IReadOnlyList<string>? names,
        IReadOnlyList<CatalogueVendor> asked,
        Catalogue catalogue,
        Func<CatalogueVendor, IReadOnlyList<string>> among)
    {
        foreach (var name in (names ?? []).Where(name => !asked.Any(vendor => among(vendor).Contains(name))))
        {
            if (catalogue.Vendors.FirstOrDefault(vendor => among(vendor).Contains(name)) is { } other)
            {
                arguments.Reject(
                    $"The {what} {Shown.Quoted(name)} belongs to '{other.Name}'; this run requests "
                    + $"{string.Join(", ", asked.Select(vendor => vendor.Name))}.",
                    $"Add '{other.Name}' to the request, or leave the {what} out.");
            }
            else
            {
                Unknown(arguments, what, name, asked.SelectMany(among).Distinct());
            }
        }
    }

    private static void Unknown(RunArguments arguments, string what, string name, IEnumerable<string> candidates)
    {
        var separate = name.Contains(',', StringComparison.Ordinal)
            ? " In an attribute, names are separated by spaces."
            : "";
        arguments.Reject(
            $"There is no {what} {Shown.Quoted(name)}.",
            Nearest.DidYouMean(name, candidates, otherwise: $"No {what} is configured.") + separate);
    }

    private static string Example(IEnumerable<string> names, string otherwise) => names.FirstOrDefault() ?? otherwise;
}

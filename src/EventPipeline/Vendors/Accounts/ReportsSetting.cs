using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Accounts;

/// <summary>
/// Reads which reports of an account are read, where not all of them are: a list, <c>…__Reports__0=cost</c>.
/// </summary>
internal static class ReportsSetting
{
    /// <summary>The setting's name, below the account.</summary>
    public const string Name = "Reports";

    /// <summary>Reads the setting.</summary>
    /// <param name="section">The list; missing or empty for every report.</param>
    /// <param name="vendor">Whose account it is.</param>
    /// <param name="source">The name of the account's source; null where there is one way, or it is wrong.</param>
    /// <param name="mistakes">
    /// Where mistakes are noted, each under the name of its environment variable.
    /// </param>
    /// <returns>The names, in the order of the settings; empty for every report.</returns>
    public static IReadOnlyList<string> Read(
        IConfigurationSection section, Vendor vendor, string? source, ICollection<string> mistakes)
    {
        var allowed = vendor.ReportsIn(vendor.Sources.FirstOrDefault(known => known.Name == source))
            .Select(report => report.Name)
            .ToList();
        if (allowed.Count == 0)
        {
            return []; // The vendor's description is wrong, which is a mistake of its own.
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            mistakes.Add(
                $"{StrictSection.Variable(section)} is a list, not a value: name one report in each variable, numbered "
                    + $"from 0, for example {StrictSection.Variable(section)}__0={allowed[0]}.");
        }

        var names = new List<string>();
        foreach (var item in section.GetChildren())
        {
            if (Mistake(item, vendor, source, allowed, names) is { } mistake)
            {
                mistakes.Add($"{StrictSection.Variable(item)} {mistake}");
            }
            else
            {
                names.Add(item.Value!);
            }
        }

        return names;
    }

    private static string? Mistake(
        IConfigurationSection item, Vendor vendor, string? source, List<string> allowed, List<string> before)
    {
        var name = item.Value;
        if (!int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return "is not numbered; reports are a list, numbered from 0.";
        }

        if (item.GetChildren().Any())
        {
            return "is a report's name, not a section; there are no settings below it.";
        }

        if (string.IsNullOrEmpty(name))
        {
            return $"is empty; name a report or remove it. Valid values: {string.Join(", ", allowed)}.";
        }

        var others = vendor.Sources.Where(other => other.Reports.Contains(name)).Select(other => $"'{other.Name}'");
        return before.Contains(name) ? $"is '{name}', which the list has already; name each report once."
            : allowed.Contains(name) ? null
            : vendor.Reports.Any(report => report.Name == name)
                ? $"is '{name}', which the account's source '{source}' does not have; {string.Join(" and ", others)} "
                    + $"{(others.Count() == 1 ? "has" : "have")} it. Valid values: {string.Join(", ", allowed)}."
            : $"is {Shown.Quoted(name)}, which is not a report of {vendor.Section}. "
                + Nearest.DidYouMeanOneOf(name, allowed);
    }
}

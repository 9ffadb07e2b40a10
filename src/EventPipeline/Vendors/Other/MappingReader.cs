using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// Reads from the settings how rows become rows of tables. A column that distinguishes rows takes a path, or a text in
/// quotes that all rows have; one that is measured takes paths, added and subtracted.
/// </summary>
internal sealed partial class MappingReader(SettingReader settings, RowsPath rows)
{
    private const string Dimensions = "dimensions";
    private const string BasisName = "basis";
    private const string CentsName = "amounts_in";
    private static readonly string[] Currencies = ["dollars", "cents"];

    private static readonly string[] Bases =
        [CostBasis.Billed, CostBasis.Estimated, CostBasis.List, CostBasis.PricedUsage];

    /// <summary>Every member of a row, or of what it is in, that the settings name.</summary>
    public List<(RowMember Member, bool IsMeasured)> Named { get; } = [];

    /// <summary>Reads the section of one table; null where it is not there, or names no column.</summary>
    public TableMapping? Read(IConfigurationSection section, TableColumns table)
    {
        if (!section.Exists())
        {
            return null;
        }

        var isMoney = table.Columns.Values.Contains(ColumnKind.Money);
        settings.RequireOnly(
            section,
            [.. table.Columns.Keys, Dimensions, .. isMoney ? [BasisName, CentsName] : (string[])[]]);
        var columns = table.Columns.Where(column => section.GetSection(column.Key).Exists()).ToList();
        var texts = columns.Where(column => column.Value is ColumnKind.Text or ColumnKind.Flag)
            .Select(column => ReadText(section.GetSection(column.Key), column.Key)).OfType<TextSource>().ToList();
        var others = section.GetSection(Dimensions).GetChildren()
            .Select(child => ReadText(child, child.Key)).OfType<TextSource>().ToList();
        var numbers = columns.Where(column => column.Value is not (ColumnKind.Text or ColumnKind.Flag))
            .Select(column => ReadNumber(section.GetSection(column.Key), column.Key, column.Value))
            .OfType<NumberSource>().ToList();
        foreach (var missing in table.Required.Where(name => !section.GetSection(name).Exists()))
        {
            settings.Mistake(
                section.GetSection(missing),
                missing == "currency"
                    ? "is missing; write a path, or 'USD' in single quotes where the vendor bills in US dollars alone."
                    : "is missing; a row of this table says nothing without it.");
        }

        RequireNumber(section, table, numbers);
        var basis = isMoney ? settings.Word(section.GetSection(BasisName), Bases, isRequired: true) : "";
        var unit = isMoney ? settings.Word(section.GetSection(CentsName), Currencies, isRequired: true) : null;
        return new TableMapping(
            table, texts, others, numbers, basis ?? "", unit == "cents" ? Money.FromCents : Money.AsIs);
    }

    /// <summary>Reads a member of a row, or of what it is in; null where that is missing or wrong.</summary>
    public RowMember? ReadMember(IConfigurationSection section, string text)
    {
        if (JsonPath.TryParse(text) is not { } path)
        {
            settings.Mistake(
                section,
                $"is '{StrictSection.Written(text)}', which is not a path: it begins with @ (the row) or $ (the "
                    + "page).");
            return null;
        }

        var member = rows.TryFind(path);
        if (member is null)
        {
            settings.Mistake(
                section,
                $"is '{StrictSection.Written(text)}', which does not lead from a row to one place: a path that begins "
                    + "with $ goes the way that Rows goes, at least into the list, and then by names.");
        }

        return member;
    }

    private void RequireNumber(IConfigurationSection section, TableColumns table, List<NumberSource> numbers)
    {
        if (numbers.Count == 0 && !table.Columns.Any(column =>
                column.Value is not (ColumnKind.Text or ColumnKind.Flag) && section.GetSection(column.Key).Exists()))
        {
            settings.Mistake(section, "fills no column that counts or measures something; name at least one.");
        }
    }

    private TextSource? ReadText(IConfigurationSection section, string column)
    {
        if (settings.Required(section, "a path, or a text in single quotes") is not { } text)
        {
            return null;
        }

        if (text is ['\'', .. var constant, '\''] && !constant.Contains('\'', StringComparison.Ordinal))
        {
            return new TextSource(column, constant, null);
        }

        if (text is not ['$' or '@', ..])
        {
            settings.Mistake(
                section,
                $"is '{StrictSection.Written(text)}'; write a path that begins with @ (the row) or $ (the page), or in "
                    + "single quotes a text that every row has.");
            return null;
        }

        if (ReadMember(section, text) is not { } member)
        {
            return null;
        }

        Named.Add((member, false));
        return new TextSource(column, null, member);
    }

    private NumberSource? ReadNumber(IConfigurationSection section, string column, ColumnKind kind)
    {
        if (settings.Required(section, "a path, or several with + or - between them") is not { } text)
        {
            return null;
        }

        var terms = new List<(RowMember, bool)>();
        var rest = $"+ {text.Trim()}";
        foreach (Match term in Term().Matches(rest))
        {
            if (ReadMember(section, term.Groups["path"].Value) is not { } member)
            {
                return null;
            }

            if (member.IsName || member.Level < rows.Below.Count)
            {
                settings.Mistake(
                    section,
                    $"has '{term.Groups["path"].Value}', which is not of the row itself: a number of what holds "
                        + "several rows would be counted once for each.");
                return null;
            }

            Named.Add((member, true));
            terms.Add((member, term.Groups["sign"].Value == "-"));
        }

        if (terms.Count > 0 && Whole().IsMatch(rest))
        {
            return new NumberSource(column, kind, terms);
        }

        settings.Mistake(
            section,
            $"is '{StrictSection.Written(text)}'; write a path, or several with + or - between them, such as "
                + "@.input - @.cached.");
        return null;
    }

    [GeneratedRegex(@"(?<sign>[+-])\s+(?<path>[@$](?:\['[^']*'\]|[^\s+-])*)")]
    private static partial Regex Term();

    [GeneratedRegex(@"\A(?:[+-]\s+[@$](?:\['[^']*'\]|[^\s+-])*\s*)+\z")]
    private static partial Regex Whole();
}

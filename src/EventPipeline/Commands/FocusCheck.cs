using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Runs the rules of FOCUS 1.2 over the view <c>focus</c>: those of its columns and their types and then, by one query,
/// those of its rows.
/// </summary>
internal sealed class FocusCheck(IWarehouse warehouse)
{
    private const string Custom = "x_";

    /// <summary>That they begin with x_, how they are spelled, and that they come last.</summary>
    private const int OwnColumnRules = 3;

    private const string Text = """
        "([^"\\]|\\.)*"
        """;

    /// <summary>A unit: <c>Tokens</c>, <c>1000 Tokens</c>, <c>GiB-Hours</c>, <c>Requests/Second</c>.</summary>
    private const string Unit =
        "^([1-9][0-9]* )?[A-Z][A-Za-z]*( [A-Za-z]+)*(-[A-Z][A-Za-z]*)*(/([1-9][0-9]* )?[A-Z][A-Za-z]*)?$";

    /// <summary>The properties of a price that the specification defines, and those of one's own.</summary>
    private const string PriceDetail =
        """
        "(x_([^"\\]|\\.)*|CoreCount|DiskMaxIops|DiskSpace|DiskType|GpuCount|InstanceSeries|InstanceType|MemorySize|
        """
        + """NetworkMaxIops|NetworkMaxThroughput|OperatingSystem|Redundancy|StorageClass)""" + "\"";

    /// <summary>Checks the rows of some days.</summary>
    public async Task<FocusFindings> CheckAsync(
        string dataset, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        (string, object?)[] days = [("from", from), ("to", to)];
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("focus_columns", days), cancellationToken);
        if (rows.Count == 0)
        {
            return new FocusFindings(dataset, from, to, Rows: 0, Checked: 0, Broken: []);
        }

        var columns = rows[0].Values.Keys.ToList();
        var rules = FocusColumn.All.Count + OwnColumnRules;
        var broken = OfColumns(columns);
        if (FocusColumn.All.Any(column => !columns.Contains(column.Name)))
        {
            // No rule of rows can be asked of columns that are not there.
            return new FocusFindings(dataset, from, to, Rows: null, rules, broken);
        }

        rules += FocusColumn.All.Count(column => column.TypeRule is not null);
        var types = OfTypes((await warehouse.QueryAsync(dataset, Values(days), cancellationToken))[0]).ToList();
        if (types.Count > 0)
        {
            return new FocusFindings(dataset, from, to, Rows: null, rules, [.. broken, .. types]);
        }

        var counts = (await warehouse.QueryAsync(dataset, Findings(days), cancellationToken))[0];
        broken.AddRange(OfRows(counts));
        return new FocusFindings(
            dataset, from, to, counts.GetInt64("row_count"), rules + FocusRule.OfRows.Count, broken);
    }

    private static Statement Values((string, object?)[] days) => Statement.Create("focus_values", days).WithPart(
        "values", string.Join(",\n  ", FocusColumn.All.Select(column => $"MIN({column.Name}) AS {column.Name}")));

    private static Statement Findings((string, object?)[] days) => Statement
        .Create(
            "focus_check",
            [
                .. days, ("unit", Unit), ("key_value", Object(Text)), ("price_details", Object(PriceDetail)),
            ])
        .WithPart(
            "findings",
            string.Join(
                ",\n  ",
                FocusRule.OfRows.Select((rule, i) => string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    COUNT(CASE WHEN {rule.Broken} THEN 1 END) AS broken_{i},
                      MIN(CASE WHEN {rule.Broken} THEN example END) AS example_{i}
                    """))));

    /// <summary>A JSON object whose keys are as given, of values that are no objects and no arrays.</summary>
    private static string Object(string key)
    {
        var pair = $"{key}:({Text}|-?[0-9][0-9.eE+-]*|true|false|null)";
        return $"^[{{]({pair}(,{pair})*)?[}}]$";
    }

    /// <summary>Which rules are broken by what columns there are, and by their order.</summary>
    private static List<BrokenFocusRule> OfColumns(List<string> columns)
    {
        var known = FocusColumn.All.Select(column => column.Name).ToList();
        var own = columns.Except(known).ToList();
        List<BrokenFocusRule> broken =
        [
            .. from column in FocusColumn.All
            where !columns.Contains(column.Name)
            select new BrokenFocusRule(
                new FocusRule($"CostAndUsage-{column.Presence}", IsMust: true, $"{column.Name} is there.", null)),
            .. from name in own
            where !name.StartsWith(Custom, StringComparison.Ordinal)
            select new BrokenFocusRule(
                new FocusRule("ColumnHandling-A-010-M", IsMust: true, "A column of one's own begins with x_.", null),
                Example: name),
            .. from name in own
            where !(name.StartsWith(Custom, StringComparison.Ordinal)
                && name.Length is > 2 and <= 50
                && char.IsAsciiLetterUpper(name[2])
                && name[2..].All(char.IsAsciiLetterOrDigit))
            select new BrokenFocusRule(
                new FocusRule(
                    "ColumnHandling-A-001-M, ColumnHandling-A-003-M, ColumnHandling-A-005-O, ColumnHandling-A-011-O",
                    IsMust: false,
                    "A name has letters and digits, a capital where a word begins, and 50 characters at most.",
                    null),
                Example: name),
        ];
        if (own.Count > 0 && columns.FindLastIndex(known.Contains) > columns.IndexOf(own[0]))
        {
            broken.Add(new BrokenFocusRule(
                new FocusRule(
                    "ColumnHandling-A-012-O, ColumnHandling-A-013-O, ColumnHandling-A-014-O",
                    IsMust: false,
                    "Columns of one's own follow those of the specification.",
                    null),
                Example: own[0]));
        }

        return broken;
    }

    private static IEnumerable<BrokenFocusRule> OfTypes(Row least) =>
        from column in FocusColumn.All
        where column.TypeRule is not null && least.Values[column.Name] is { } value && !column.Takes(value)
        select new BrokenFocusRule(
            new FocusRule(
                $"{column.Name}-{column.TypeRule}",
                IsMust: true,
                $"{column.Name} is a {column.Type.ToString().ToLowerInvariant()}.",
                null),
            Example: Convert.ToString(least.Values[column.Name], CultureInfo.InvariantCulture));

    private static IEnumerable<BrokenFocusRule> OfRows(Row counts) =>
        from rule in FocusRule.OfRows.Select((rule, i) => (Rule: rule, At: i.ToString(CultureInfo.InvariantCulture)))
        let rows = counts.GetInt64($"broken_{rule.At}")
        where rows > 0
        select new BrokenFocusRule(rule.Rule, rows, counts.TextOrNull($"example_{rule.At}"));
}

/// <summary>A rule that does not hold.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Rows">How many rows break it; null where it is about columns.</param>
/// <param name="Example">One of the rows, or the column.</param>
internal sealed record BrokenFocusRule(FocusRule Rule, long? Rows = null, string? Example = null);

using System.Text.RegularExpressions;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Reads the project's GoogleSQL as DuckDB's SQL. The texts keep to what both understand; only the names of some types
/// and of three functions, the marks of parameters, the storage clauses of tables, and how an array of structs is made
/// and taken apart differ.
/// </summary>
internal static partial class GoogleSql
{
    public static string ToDuckDb(string sql, string dataset)
    {
        var text = Comment().Replace(sql, "");
        if (text.TrimStart().StartsWith("CREATE TABLE", StringComparison.Ordinal))
        {
            text = StorageClauses().Replace(text, ")");
        }

        text = Options().Replace(text, "");
        text = BigNumeric().Replace(text, "DECIMAL(38, 18)");
        text = Numeric().Replace(text, "DECIMAL(38, 9)");
        text = Int64().Replace(text, "BIGINT");
        text = Struct().Replace(text, "STRUCT_PACK(");
        text = ArrayWithoutNulls().Replace(text, "ARRAY_AGG($1) FILTER (WHERE $1 IS NOT NULL)");
        text = Unnested().Replace(text, "UNNEST(${of}.${array}) AS ${item} FROM ${from} AS ${of}");
        text = JsonText().Replace(text, "CAST(TO_JSON($1) AS VARCHAR)");
        text = RegularExpression().Replace(text, "REGEXP_MATCHES(");
        text = DayOfWeek().Replace(text, "(EXTRACT(DOW FROM $1) + 1)");
        text = Parameter().Replace(text, "$$$1");
        return text.Replace("{dataset}", SqlName.Quoted(dataset), StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\)\s*\n(?:PARTITION BY|CLUSTER BY|OPTIONS) .*", RegexOptions.Singleline)]
    private static partial Regex StorageClauses();

    [GeneratedRegex(@"\s+OPTIONS \(description = '(?:\\.|[^'\\])*'\)")]
    private static partial Regex Options();

    [GeneratedRegex(@"\bBIGNUMERIC\b(?:\(38, 18\))?")]
    private static partial Regex BigNumeric();

    [GeneratedRegex(@"\bNUMERIC\b")]
    private static partial Regex Numeric();

    [GeneratedRegex(@"\bINT64\b")]
    private static partial Regex Int64();

    [GeneratedRegex(@"\bSTRUCT\(")]
    private static partial Regex Struct();

    [GeneratedRegex(@"\bARRAY_AGG\((\w+) IGNORE NULLS\)")]
    private static partial Regex ArrayWithoutNulls();

    /// <summary>Joined to an array, DuckDB would keep a filter of days from what the array is made of.</summary>
    [GeneratedRegex(
        @"\b(?<item>\w+)\s+FROM (?<from>\w+) AS (?<of>\w+)\s+"
            + @"CROSS JOIN UNNEST\(\k<of>\.(?<array>\w+)\) AS \k<item>\b")]
    private static partial Regex Unnested();

    [GeneratedRegex(@"\bTO_JSON_STRING\((\w+(?:\.\w+)?)\)")]
    private static partial Regex JsonText();

    [GeneratedRegex(@"\bREGEXP_CONTAINS\(")]
    private static partial Regex RegularExpression();

    /// <summary>1 is a Sunday in GoogleSQL, and 0 in DuckDB.</summary>
    [GeneratedRegex(@"\bEXTRACT\(DAYOFWEEK FROM (\w+(?:\.\w+)?)\)")]
    private static partial Regex DayOfWeek();

    [GeneratedRegex(@"(?<![\w@])@([a-z][a-z0-9_]*)")]
    private static partial Regex Parameter();
}

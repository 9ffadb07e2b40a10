using System.Text.RegularExpressions;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Reads the project's GoogleSQL as DuckDB's SQL. The texts keep to what both understand; only the names of some types,
/// the marks of parameters and the storage clauses of tables differ.
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

    [GeneratedRegex(@"(?<![\w@])@([a-z][a-z0-9_]*)")]
    private static partial Regex Parameter();
}

using System.Text;
using System.Text.RegularExpressions;
using EventPipeline.Google.Schema;
using EventPipeline.Load;

namespace EventPipeline.Tests.Sql;

/// <summary>
/// Every view with its columns, as <c>docs/data.md</c> shows them: what a view's own text says of a column, else what
/// the table says that the column comes from.
/// </summary>
internal static partial class DataDictionary
{
    private static readonly Dictionary<string, TableDefinition> Tables =
        ExpectedSchema.Read().Tables.ToDictionary(table => table.Name);

    /// <summary>Where a view's columns come from that are not of a table of its own name.</summary>
    private static readonly Dictionary<string, string> Origins = new()
    {
        ["accounts"] = "account_identity",
        ["cost_all"] = "cost_versions",
        ["cost_estimated"] = "cost_versions",
        ["daily_cost"] = "cost_versions",
        ["daily_cost_all"] = "cost_versions",
        ["attributed_cost"] = "cost_versions",
        ["attribution"] = "cost_versions",
        ["daily_usage"] = "usage_versions",
        ["person"] = "person_history",
        ["price"] = "price_history",
        ["drift"] = "cost_versions",
        ["dead_letters"] = "dead_letter",
        ["id_names"] = "entity_versions",
    };

    private static readonly Dictionary<string, string> OfNextOrigin = new()
    {
        ["cost_versions"] = "usage_versions",
        ["usage_versions"] = "cost_versions",
    };

    /// <summary>The dictionary.</summary>
    /// <param name="columns">The columns of all views, in order, with DuckDB's names of types.</param>
    public static string Write(IEnumerable<(string View, string Column, string Type)> columns)
    {
        var text = new StringBuilder();
        var of = columns.ToLookup(column => column.View);
        foreach (var (_, sql) in SchemaTexts.Views)
        {
            var view = Name().Match(sql).Groups[1].Value;
            var (about, own) = Comments(sql);
            text.Append($"### `{view}`\n\n{about}\n\n| column | type | meaning |\n| --- | --- | --- |\n");
            foreach (var (_, column, type) in of[view])
            {
                var said = own.GetValueOrDefault(column) ?? Inherited(view, column)
                    ?? throw new InvalidOperationException(
                        $"Nothing says what {view}.{column} is: add '-- {column}: …' below '-- Columns:' in its file.");
                var meaning = said.Replace("|", "\\|", StringComparison.Ordinal);
                text.Append($"| `{column}` | {GoogleType(type)} | {meaning} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>What a view's file says of it, and of its own columns.</summary>
    private static (string About, Dictionary<string, string> Columns) Comments(string sql)
    {
        var lines = sql.Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal))
            .Select(line => line[2..].Trim())
            .ToList();
        var at = lines.IndexOf("Columns:") is >= 0 and var found ? found : lines.Count;
        return (
            Braces().Replace(string.Join(' ', lines.Take(at)), "."),
            lines.Skip(at + 1).Select(line => line.Split(": ", 2)).ToDictionary(line => line[0], line => line[1]));
    }

    private static string? Inherited(string view, string column)
    {
        var origin = Origins.GetValueOrDefault(view)
            ?? (Tables.ContainsKey($"{view}_versions") ? $"{view}_versions" : "slice_versions");
        return Of(origin) ?? (OfNextOrigin.TryGetValue(origin, out var next) ? Of(next) : null);

        string? Of(string table) =>
            Tables[table].Columns.FirstOrDefault(one => one.Name == column)?.Description;
    }

    private static string GoogleType(string type) => type switch
    {
        "VARCHAR" => "STRING",
        "BIGINT" or "INTEGER" or "HUGEINT" or "UBIGINT" => "INT64",
        "BOOLEAN" => "BOOL",
        "DATE" or "TIMESTAMP" or "JSON" => type,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => "BIGNUMERIC",
        _ => throw new InvalidOperationException($"{type} is a type that no view should have."),
    };

    /// <summary>What a file says of its own text alone.</summary>
    [GeneratedRegex(@"(?:; t|\. T)he braces[^.]*\.")]
    private static partial Regex Braces();

    [GeneratedRegex(@"VIEW \{dataset\}\.(\w+) AS")]
    private static partial Regex Name();
}

using System.Text;
using EventPipeline.Google.Schema;

namespace EventPipeline.Tests.Sql;

/// <summary>Every view with its columns, as <c>docs/data.md</c> shows them.</summary>
internal static class DataDictionary
{
    /// <summary>The dictionary.</summary>
    /// <param name="columns">The columns of all views, in order, with DuckDB's names of types.</param>
    public static string Write(IEnumerable<(string View, string Column, string Type)> columns)
    {
        var text = new StringBuilder();
        var of = columns.ToLookup(column => column.View);
        foreach (var view in ExpectedSchema.Read().Views)
        {
            of[view.Name].Select(column => column.Column)
                .ShouldBe(view.Columns.Select(column => column.Name), view.Name);
            text.Append($"### `{view.Name}`\n\n{view.Description}\n\n")
                .Append("| column | type | meaning |\n| --- | --- | --- |\n");
            foreach (var ((_, column, type), described) in of[view.Name].Zip(view.Columns))
            {
                var meaning = described.Description.Replace("|", "\\|", StringComparison.Ordinal);
                text.Append($"| `{column}` | {GoogleType(type)} | {meaning} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd();
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
}

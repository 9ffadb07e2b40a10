using System.Text;
using EventPipeline.Google.Schema;

namespace EventPipeline.Local.DuckDb;

/// <summary>What the tables, the views and their columns are, for tools that show it.</summary>
internal static class SchemaComments
{
    /// <summary>The statements for some datasets, as one text.</summary>
    public static string For(IEnumerable<string> datasets)
    {
        var schema = ExpectedSchema.Read();
        var text = new StringBuilder();
        foreach (var dataset in datasets.Select(SqlName.Quoted))
        {
            foreach (var table in schema.Tables)
            {
                Comment("TABLE", $"{dataset}.{table.Name}", table.Description);
                foreach (var column in table.Columns)
                {
                    Comment("COLUMN", $"{dataset}.{table.Name}.{column.Name}", column.Description);
                }
            }

            foreach (var view in schema.Views)
            {
                Comment("VIEW", $"{dataset}.{view.Name}", view.Description);
                foreach (var column in view.Columns)
                {
                    Comment("COLUMN", $"{dataset}.{view.Name}.{column.Name}", column.Description);
                }
            }
        }

        return text.ToString();

        void Comment(string kind, string name, string? description) =>
            text.Append($"COMMENT ON {kind} {name} IS {SqlName.Text(description ?? "")};\n");
    }
}

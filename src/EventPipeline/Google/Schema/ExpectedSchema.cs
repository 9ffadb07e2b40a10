using EventPipeline.Load;

namespace EventPipeline.Google.Schema;

/// <summary>
/// What a dataset holds: every table, then every view, ordered so that each can use the ones before it.
/// </summary>
internal sealed record ExpectedSchema(IReadOnlyList<TableDefinition> Tables, IReadOnlyList<ViewDefinition> Views)
{
    /// <summary>The statements that create everything, in order; <c>{dataset}</c> stands for the dataset.</summary>
    public IEnumerable<string> Statements =>
        Tables.Select(table => table.ToString()).Concat(Views.Select(view => view.ToString()));

    /// <summary>How many there are, in words.</summary>
    public string Count => $"{Tables.Count} tables, {Views.Count} views";

    /// <summary>Reads the files of <c>Sql/tables</c> and <c>Sql/views</c>.</summary>
    public static ExpectedSchema Read()
    {
        List<TableDefinition> tables =
            [.. SchemaTexts.Tables.Select(table => TableDefinition.Parse($"Sql/{table.File}", table.Sql))];
        var known = tables.ToDictionary(
            table => table.Name,
            IReadOnlyList<ViewColumn> (table) =>
                [.. table.Columns.Select(column => new ViewColumn(column.Name, column.Description ?? ""))]);
        List<ViewDefinition> views = [];
        foreach (var (file, sql) in SchemaTexts.Views)
        {
            var view = ViewDefinition.Parse($"Sql/{file}", sql, known);
            known.Add(view.Name, view.Columns);
            views.Add(view);
        }

        return new ExpectedSchema(tables, views);
    }
}

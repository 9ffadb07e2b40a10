using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>A view, as a file of <c>Sql/views</c> defines it.</summary>
/// <param name="Name">Its name within the dataset.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Query">What it selects; <c>{dataset}</c> stands for the dataset.</param>
internal sealed partial record ViewDefinition(
    string Name, string Description, IReadOnlyList<ViewColumn> Columns, string Query)
{
    /// <summary>
    /// Reads the text of a file: comments that say what the view shows and, below <c>Columns:</c>, what each of its own
    /// columns is, then one <c>CREATE OR REPLACE VIEW</c>. Any other column is what the first table or view says of it
    /// that the query reads and that has a column of this name.
    /// </summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="sql">The text.</param>
    /// <param name="known">The columns of the tables and views that it can read.</param>
    /// <exception cref="FormatException">The text is something else, or nothing says what a column is.</exception>
    public static ViewDefinition Parse(
        string file, string sql, IReadOnlyDictionary<string, IReadOnlyList<ViewColumn>> known)
    {
        if (Statement().Match(sql) is not { Success: true } statement)
        {
            throw Wrong(
                "'CREATE OR REPLACE VIEW {dataset}.name AS', a query and ';' were expected, after comments at most.");
        }

        var (about, ownColumns) = Comments(statement.Groups[1].Value);
        if (about.Length == 0)
        {
            throw Wrong("nothing says what the view shows: begin the file with '-- ' and a sentence.");
        }

        var own = new Dictionary<string, string>();
        foreach (var line in ownColumns)
        {
            if (line.Split(": ", 2) is not [var column, var text] || !own.TryAdd(column, text))
            {
                throw Wrong($"'-- {line}' below '-- Columns:' is not '-- column: …' of another column.");
            }
        }

        var (name, query) = (statement.Groups[2].Value, statement.Groups[3].Value);
        var list = SelectList.Read(query);
        if (list.Unnamed is { } unnamed)
        {
            throw Wrong($"'{unnamed}' has no name: add AS and a name.");
        }

        var read = Reads().Matches(query).Select(match => match.Groups[1].Value).Distinct().ToList();
        if (read.Find(table => !known.ContainsKey(table)) is { } missing)
        {
            throw Wrong($"{missing} is neither a table nor a view that comes before.");
        }

        if (list is { HasStar: true, Source: null })
        {
            throw Wrong("'*' stands for the columns of a subquery: name them.");
        }

        List<string> names =
        [
            .. list.Items.SelectMany(item => item == SelectList.Star
                ? known[list.Source!].Select(column => column.Name)
                : [item]),
        ];
        if (own.Keys.Except(names).FirstOrDefault() is { } unknown)
        {
            throw Wrong($"'-- {unknown}: …' describes a column that the view does not have.");
        }

        var passedOn = read.SelectMany(table => known[table])
            .ToLookup(column => column.Name, column => column.Description);
        List<ViewColumn> columns =
        [
            .. names.Select(column => new ViewColumn(
                column,
                own.GetValueOrDefault(column) ?? passedOn[column].FirstOrDefault()
                    ?? throw Wrong($"nothing says what {column} is: add '-- {column}: …' below '-- Columns:'."))),
        ];
        return new ViewDefinition(name, about, columns, list.HasStar ? WithoutStar(names, query) : query);

        FormatException Wrong(string what) => new($"{file}: {what}");
    }

    /// <summary>The statement that creates or replaces it; <c>{dataset}</c> stands for the dataset.</summary>
    public override string ToString() =>
        $"CREATE OR REPLACE VIEW {{dataset}}.{Name} (\n  {string.Join(",\n  ", Columns)}\n)\n"
            + $"OPTIONS ({ColumnDefinition.SetDescription(Description)}) AS\n{Query};\n";

    private static (string About, IEnumerable<string> Columns) Comments(string head)
    {
        List<string> lines =
            [.. head.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[2..].Trim())];
        var at = lines.IndexOf("Columns:") is >= 0 and var found ? found : lines.Count;
        return (Braces().Replace(string.Join(' ', lines.Take(at)), "."), lines.Skip(at + 1));
    }

    // A view that lists its columns is invalid as soon as its query has another number of them:
    // https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#view_column_name_list
    private static string WithoutStar(List<string> names, string query) =>
        $"SELECT\n  {string.Join(",\n  ", names)}\nFROM (\n{query}\n)";

    [GeneratedRegex(
        @"\A((?:--[^\n]*\n)*)CREATE OR REPLACE VIEW \{dataset\}\.([A-Za-z_]\w*) AS\s+([^;]*[^;\s])\s*;\s*\z")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\{dataset\}\.(\w+)")]
    private static partial Regex Reads();

    /// <summary>What a file says of its own text alone.</summary>
    [GeneratedRegex(@"(?:; t|\. T)he braces[^.]*\.")]
    private static partial Regex Braces();
}

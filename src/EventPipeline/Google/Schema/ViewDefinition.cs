using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>A view, as a file of <c>Sql/views</c> defines it.</summary>
/// <param name="Name">Its name within the dataset.</param>
/// <param name="Query">What it selects; <c>{dataset}</c> stands for the dataset.</param>
internal sealed partial record ViewDefinition(string Name, string Query)
{
    /// <summary>
    /// The table or view whose columns the query shows all of, whatever they are (<c>SELECT f.*</c>); null when it
    /// names its columns.
    /// </summary>
    public string? ShowsAllOf { get; } = StarOf().Match(Query) is { Success: true } star ? star.Groups[1].Value : null;

    /// <summary>Reads the text of a file: comments, then one <c>CREATE OR REPLACE VIEW</c>.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="sql">The text.</param>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static ViewDefinition Parse(string file, string sql) => Statement().Match(sql) is { Success: true } statement
        ? new ViewDefinition(statement.Groups[1].Value, statement.Groups[2].Value)
        : throw new FormatException(
            $"{file}: 'CREATE OR REPLACE VIEW {{dataset}}.name AS', a query and ';' were expected, after comments at "
                + "most.");

    /// <summary>The statement that creates or replaces it; <c>{dataset}</c> stands for the dataset.</summary>
    public override string ToString() => $"CREATE OR REPLACE VIEW {{dataset}}.{Name} AS\n{Query};\n";

    [GeneratedRegex(@"\A(?:--[^\n]*\n)*CREATE OR REPLACE VIEW \{dataset\}\.([A-Za-z_]\w*) AS\s+([^;]*[^;\s])\s*;\s*\z")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\ASELECT\s+(?:\w+\.)?\*[^;]*?\sFROM\s+\{dataset\}\.(\w+)")]
    private static partial Regex StarOf();
}

using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace EventPipeline.Load;

/// <summary>
/// A text of <c>Sql/statements</c> with its values. One text serves BigQuery and DuckDB: <c>{dataset}</c> stands for
/// the dataset, <c>@name</c> for a value.
/// </summary>
/// <param name="Name">The file's name, for messages and labels.</param>
/// <param name="Sql">The text.</param>
/// <param name="Parameters">
/// By name without the <c>@</c>. Values are string, long, decimal, bool, <see cref="DateOnly"/>,
/// <see cref="DateTimeOffset"/> or null.
/// </param>
public sealed partial record Statement(string Name, string Sql, IReadOnlyDictionary<string, object?> Parameters)
{
    private static readonly ConcurrentDictionary<string, string> Texts = new();

    /// <summary>The statement of a file, with its values.</summary>
    public static Statement Create(string name, params IEnumerable<(string Name, object? Value)> parameters) =>
        new(name, Text($"statements/{name}.sql"), parameters.ToDictionary(p => p.Name, p => p.Value));

    /// <summary>
    /// The insert of a file, its one row of values repeated for each of <paramref name="rows"/>: all of them at once,
    /// or none.
    /// </summary>
    public static Statement Insert(string name, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rows.Count);
        var text = Text($"statements/{name}.sql");
        var at = text.LastIndexOf("VALUES", StringComparison.Ordinal) + "VALUES".Length;
        var (head, row) = (text[..at], text[at..].Trim().TrimEnd(';'));
        var tuples = rows.Select((_, i) => ParameterName().Replace(row, match => $"{match.Value}_{i}"));
        var parameters = rows.SelectMany(
            (values, i) => values.Select(v => KeyValuePair.Create($"{v.Key}_{i}", v.Value)));
        return new Statement(name, $"{head}\n{string.Join(",\n", tuples)}", parameters.ToDictionary());
    }

    /// <summary>The same with a part of the text, which the file names in braces.</summary>
    public Statement WithPart(string name, string sql) =>
        this with { Sql = Sql.Replace($"{{{name}}}", sql, StringComparison.Ordinal) };

    /// <summary>
    /// The same with a list of texts, which the file names in braces within the parentheses of an <c>IN</c>; no text
    /// is in an empty list.
    /// </summary>
    public Statement WithList(string name, IEnumerable<string> texts)
    {
        var parameters = texts.Select((text, i) => KeyValuePair.Create($"{name}_{i}", (object?)text)).ToList();
        var sql = parameters.Count == 0 ? "NULL" : string.Join(", ", parameters.Select(one => $"@{one.Key}"));
        return WithPart(name, sql) with { Parameters = Parameters.Concat(parameters).ToDictionary() };
    }

    /// <summary>The text of a file under <c>Sql/</c>.</summary>
    public static string Text(string path) => Texts.GetOrAdd(path, static path =>
    {
        using var stream = typeof(Statement).Assembly.GetManifestResourceStream($"Sql/{path}")
            ?? throw new InvalidOperationException($"'Sql/{path}' is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>The paths under <c>Sql/</c> that begin with a folder's name, in order.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
    [
        .. typeof(Statement).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith($"Sql/{folder}/", StringComparison.Ordinal))
            .Select(name => name["Sql/".Length..])
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"(?<![\w@])@[a-z][a-z0-9_]*")]
    private static partial Regex ParameterName();
}

using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>The columns that the outermost <c>SELECT</c> of a query names.</summary>
/// <param name="Items">The names in order; <c>*</c> stands for every column of <paramref name="Source"/>.</param>
/// <param name="Source">The table or view of the dataset that it reads from; null if it is something else.</param>
/// <param name="Unnamed">The first column that has no name.</param>
internal sealed partial record SelectList(IReadOnlyList<string> Items, string? Source, string? Unnamed)
{
    public const string Star = "*";

    /// <summary>Whether it shows all columns of its source, whatever they are.</summary>
    public bool HasStar => Items.Contains(Star);

    public static SelectList Read(string query)
    {
        var outermost = Literal().Replace(query, match => match.Value[0] == '\'' ? "''" : "");
        for (var before = ""; before != outermost;)
        {
            (before, outermost) = (outermost, Parentheses().Replace(outermost, ""));
        }

        var select = Select().Match(outermost);
        var items = select.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)
            .Select(item => (Text: item, Name: NameOf(item)))
            .ToList();
        return new SelectList(
            [.. items.Select(item => item.Name).OfType<string>()],
            select.Groups[2].Success ? select.Groups[2].Value : null,
            items.Find(item => item.Name is null).Text);
    }

    private static string? NameOf(string item) => AllColumns().IsMatch(item)
        ? Star
        : Name().Match(item) is { Success: true } name ? name.Groups[1].Value : null;

    [GeneratedRegex(@"--[^\n]*|'(?:\\.|[^'\\])*'")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Parentheses();

    [GeneratedRegex(
        @"\bSELECT\s+(.*?)\s*(?:\bFROM\s+(?:\{dataset\}\.(\w+))?|\bUNION\b|\z)", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex(@"\A(?:\w+\.)?\*(?:\s+REPLACE)?\z")]
    private static partial Regex AllColumns();

    [GeneratedRegex(@"(?:\A|\A\w+\.|\sAS\s+)([A-Za-z_]\w*)\z")]
    private static partial Regex Name();
}

using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>Compares the queries of views by what they say, not by how they are written.</summary>
internal static partial class ViewText
{
    /// <summary>
    /// Whether two queries are the same except for white space, comments, backquotes and the project before the
    /// dataset.
    /// </summary>
    public static bool AreSame(DatasetName dataset, string left, string right) =>
        Words(dataset, left).SequenceEqual(Words(dataset, right));

    private static string[] Words(DatasetName dataset, string query)
    {
        var words = Word()
            .Matches(query.TrimEnd().TrimEnd(';'))
            .Select(match => match.Value)
            .Where(word => !IsComment(word));
        var text = string.Join(
            '\n',
            words.Select(
                word => word[0] is '`' ? word.Trim('`').Replace(".", "\n.\n", StringComparison.Ordinal) : word));
        return (dataset.ProjectId is { } project ? Unqualify(text, project, dataset.Dataset) : text).Split('\n');
    }

    // A project's id has dashes, which are separate words outside backquotes.
    private static string Unqualify(string text, string project, string name)
    {
        var spelled = string.Join('\n', Word().Matches(project).Select(match => match.Value));
        return Regex.Replace(
            text,
            $@"(?<=\A|\n)(?:{Regex.Escape(project)}|{Regex.Escape(spelled)})\n\.\n(?={Regex.Escape(name)}\n\.\n)",
            "");
    }

    private static bool IsComment(string word) =>
        word[0] == '#'
            || word.StartsWith("--", StringComparison.Ordinal)
            || word.StartsWith("/*", StringComparison.Ordinal);

    [GeneratedRegex(
        @"--[^\n]*|#[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])*'|""(?:\\.|[^""\\])*""|`[^`]*`|\w+|\S", RegexOptions.Singleline)]
    private static partial Regex Word();
}

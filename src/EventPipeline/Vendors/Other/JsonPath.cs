using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// Where something is in an answer, as RFC 9535 (JSONPath) writes it, in the part that needs no search: <c>$</c> is the
/// page and <c>@</c> the row, then names (<c>.name</c>, <c>['any name']</c>) and what stands for every item or member
/// (<c>[*]</c>, <c>.*</c>). A <c>~</c> at the end is the name of the member instead of its value, which RFC 9535 cannot
/// say and other dialects write so.
/// </summary>
/// <param name="IsFromRow">Whether it begins at the row.</param>
/// <param name="Steps">The names; null stands for every item or member.</param>
/// <param name="IsName">Whether the member's name is meant.</param>
internal sealed partial record JsonPath(bool IsFromRow, IReadOnlyList<string?> Steps, bool IsName)
{
    /// <summary>The names as one, as <c>PageShape</c> writes them; null where there is more than names.</summary>
    public string? AsMember => !IsFromRow && !IsName && Steps.Count > 0
        && Steps.All(step => step?.Contains('.', StringComparison.Ordinal) == false)
        ? string.Join('.', Steps)
        : null;

    /// <summary>Reads it; null where it is not a path.</summary>
    public static JsonPath? TryParse(string text)
    {
        if (text is not ['$' or '@', ..])
        {
            return null;
        }

        var isName = text.EndsWith('~');
        var end = isName ? text.Length - 1 : text.Length;
        var steps = new List<string?>();
        for (var at = 1; at < end;)
        {
            var step = Step().Match(text, at);
            if (!step.Success)
            {
                return null;
            }

            steps.Add(step.Groups["name"] is { Success: true } name ? name.Value : null);
            at += step.Length;
        }

        return new JsonPath(text[0] == '@', steps, isName);
    }

    [GeneratedRegex(@"\G(?:\.(?<name>[\p{L}_][\p{L}\p{Nd}_]*)|\['(?<name>[^']+)'\]|\.\*|\[\*\])")]
    private static partial Regex Step();
}

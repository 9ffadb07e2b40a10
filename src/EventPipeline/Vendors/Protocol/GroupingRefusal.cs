using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// Finds in a vendor's words what they say about groupings; each vendor decides which refusals those are.
/// </summary>
internal static partial class GroupingRefusal
{
    /// <summary>Which dimensions a refusal is about.</summary>
    /// <param name="message">The vendor's words.</param>
    /// <param name="parameter">The parameter that the vendor names separately; null where it names none.</param>
    /// <param name="grain">What was requested.</param>
    /// <returns>
    /// What is not served, alone or together: several names in one sentence may go together with one of them left out.
    /// Null where it is not about the grouping; empty where it names no dimension.
    /// </returns>
    public static IReadOnlyList<IReadOnlyList<string>>? Read(string? message, string? parameter, Grain grain)
    {
        message ??= "";
        if (parameter is not null && grain.Dimensions.Contains(parameter))
        {
            return [[parameter]];
        }

        var named = Named(message, grain.Dimensions);
        var isAbout = parameter?.StartsWith("group_by", StringComparison.Ordinal) == true
            || AboutGrouping().IsMatch(message)
            || (parameter is null && named.Count > 0);
        return isAbout ? named : null;
    }

    /// <summary>
    /// The dimensions that are refused by name. Where only those that are served are listed, the others.
    /// </summary>
    private static IReadOnlyList<IReadOnlyList<string>> Named(string message, IReadOnlyList<string> dimensions)
    {
        var excluded = NotThis()
            .Matches(message)
            .Select(match => match.Groups[1].Value)
            .Where(dimensions.Contains)
            .ToList();
        if (excluded.Count > 0)
        {
            return Each(excluded);
        }

        var (head, list) = Listing().Match(message) is { Success: true } listing
            ? (message[..listing.Index], message[listing.Index..])
            : (message, "");
        var named = dimensions.Where(name => IsNamed(head, name)).ToList();
        return named.Count == 0 && dimensions.Any(name => IsNamed(list, name))
            ? Each(dimensions.Where(name => !IsNamed(list, name)))
            : named.Count == 0 ? [] : [named];
    }

    private static IReadOnlyList<IReadOnlyList<string>> Each(IEnumerable<string> names) =>
        [.. names.Select(name => new[] { name })];

    /// <summary>Whether a text has the name. A name that is a plain word has to be marked as one.</summary>
    private static bool IsNamed(string text, string name) => Regex.IsMatch(
        text,
        name.Contains('_', StringComparison.Ordinal) ? $@"(?<!\w){name}(?!\w)" : $@"(?<=['""`=\[]){name}(?!\w)",
        RegexOptions.CultureInvariant);

    [GeneratedRegex(
        @"\bgroup[_ -]?by\b|\bgroup(?:ed|ing|ings)\b|\bdimensions?\b|\b(?:many|number of) groups\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex AboutGrouping();

    [GeneratedRegex(@"\bnot ['""`]?(\w+)['""`]?", RegexOptions.IgnoreCase)]
    private static partial Regex NotThis();

    [GeneratedRegex(
        @"\b(?:should|must) be\b|\b(?:supported|allowed|valid|possible|accepted) values?\b"
            + @"|\bone of\b|\bamong\b|\bexpected\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Listing();
}

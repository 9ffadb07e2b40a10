using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>The text of a billed line: free, but where a model is billed it begins with the model.</summary>
internal static partial class LineItem
{
    /// <summary>
    /// The model that a line names: <c>gpt-5-2026-03-01, cached input</c>, <c>whisper-1</c>. Null where its first words
    /// are no model, such as <c>web search tool calls</c>.
    /// </summary>
    public static string? Model(string? text) =>
        text is not null && Named().Match(text) is { Success: true } match ? match.Groups["model"].Value : null;

    // One word, and behind a comma what is billed of it; alone it has a digit, as a version has.
    [GeneratedRegex(
        @"\A(?<model>[a-z][a-z0-9._:/-]*)(?:,\s*\S|(?<=[0-9][a-z._:/-]*)\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}

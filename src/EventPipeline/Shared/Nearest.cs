namespace EventPipeline.Shared;

/// <summary>Finds the valid value that a person most likely meant.</summary>
public static class Nearest
{
    private const int MaxLetters = 128;

    /// <summary>What a message ends with: <c>Did you mean 'x'?</c></summary>
    /// <param name="given">What was written.</param>
    /// <param name="candidates">What is valid.</param>
    /// <param name="otherwise">What it ends with where nothing is valid.</param>
    public static string DidYouMean(string given, IEnumerable<string> candidates, string otherwise = "") =>
        To(given, candidates) is { } nearest ? $"Did you mean '{nearest}'?" : otherwise;

    /// <summary>The same with the whole choice: <c>Did you mean 'x'? Valid values: x, y, z.</c></summary>
    /// <inheritdoc cref="DidYouMean"/>
    public static string DidYouMeanOneOf(string given, IReadOnlyCollection<string> candidates, string otherwise = "") =>
        candidates.Count > 0
            ? $"{DidYouMean(given, candidates)} Valid values: {string.Join(", ", candidates)}."
            : otherwise;

    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="given"/>, ignoring case; null when there is
    /// none.
    /// </summary>
    public static string? To(string given, IEnumerable<string> candidates)
    {
        // A mistake is short; what is longer than any valid value is cut, so that a megabyte costs nothing.
        var wanted = given.Length > MaxLetters ? given[..MaxLetters] : given;
        return candidates.MinBy(candidate => Distance(wanted, candidate));
    }

    /// <summary>How many letters to add, remove or replace to turn one into the other, ignoring case.</summary>
    public static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[right.Length];
    }
}

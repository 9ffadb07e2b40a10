namespace EventPipeline.Shared;

/// <summary>Finds the valid value that a person most likely meant.</summary>
public static class Nearest
{
    /// <summary>The candidate with the smallest edit distance to <paramref name="given"/>, ignoring case; null when there is none.</summary>
    public static string? To(string given, IEnumerable<string> candidates)
    {
        // A mistake is short; what is longer than any valid value is cut, so that a megabyte costs nothing.
        var wanted = given.Length > 64 ? given[..64] : given;
        return candidates.MinBy(candidate => Distance(wanted, candidate));
    }

    /// <summary>How many letters have to be added, taken away or exchanged to make one of the other, ignoring case.</summary>
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

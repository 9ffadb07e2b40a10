namespace EventPipeline.Vendors.Contract;

/// <summary>One way to group a report: rows of different grains never share a key.</summary>
/// <param name="Name">The name in the rows, with its version.</param>
/// <param name="Dimensions">What is grouped by, in the vendor's words; the order is that of the row key.</param>
internal sealed record Grain(string Name, params IReadOnlyList<string> Dimensions)
{
    /// <summary>By nothing: one row for a day.</summary>
    public static Grain Ungrouped { get; } = new("ungrouped.v1");

    /// <summary>
    /// Every combination of dimensions, the largest first, and among equals those that keep the most important.
    /// </summary>
    /// <param name="name">The name of the grain of all of them; the others are called by what they keep.</param>
    /// <param name="dimensions">The dimensions, in the order of the row key.</param>
    /// <param name="important">What is kept longest, the most important first; the rest follow in their order.</param>
    public static IReadOnlyList<Grain> Ladder(
        string name, IReadOnlyList<string> dimensions, params IReadOnlyList<string> important)
    {
        var ranks = important.Where(dimensions.Contains).Concat(dimensions.Except(important)).ToList();
        return
        [
            .. Enumerable.Range(0, 1 << dimensions.Count)
                .Select(choice => dimensions.Where(dimension => (choice >> ranks.IndexOf(dimension) & 1) == 1).ToList())
                .OrderByDescending(kept => kept.Count)
                .ThenBy(kept => kept.Sum(dimension => 1 << ranks.IndexOf(dimension)))
                .Select(kept => new Grain(kept.Count == dimensions.Count ? name : NameOf(kept), kept)),
        ];
    }

    /// <summary>
    /// The first of some grains that a vendor may still accept: it keeps some of the refused one's dimensions, and
    /// nothing that was refused.
    /// </summary>
    /// <param name="grains">
    /// The grains of the report, the finest first, and of equally fine ones those that keep the most important.
    /// </param>
    /// <param name="refused">Dimensions that were refused together; one alone is not served at all.</param>
    /// <returns>Null where none is left.</returns>
    public Grain? Coarser(IEnumerable<Grain> grains, IReadOnlyCollection<IReadOnlyList<string>> refused)
    {
        var coarser = grains.Where(
            other => other.Dimensions.Count < Dimensions.Count && other.Dimensions.All(Dimensions.Contains))
            .ToList();
        return coarser.FirstOrDefault(other => !refused.Any(together => together.All(other.Dimensions.Contains)))
            ?? coarser.FirstOrDefault();
    }

    private static string NameOf(List<string> dimensions) => dimensions.Count == 0
        ? Ungrouped.Name
        : $"{string.Join('_',
            dimensions.Select(name => name.EndsWith("_id", StringComparison.Ordinal) ? name[..^3] : name))}.v1";
}

using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>The sum of the facts that agree in the grouped dimensions.</summary>
/// <param name="Dimensions">The grouped dimensions; any other reads as null.</param>
/// <param name="Quantities">The sums. A quantity that no fact has is absent.</param>
/// <param name="Facts">What was summed.</param>
internal sealed record Group(
    IReadOnlyDictionary<string, string?> Dimensions,
    IReadOnlyDictionary<string, decimal> Quantities,
    IReadOnlyList<Fact> Facts)
{
    public string? this[string dimension] => Dimensions.GetValueOrDefault(dimension);

    /// <summary>A sum; 0 if there is none.</summary>
    public decimal Sum(string quantity) => Quantities.GetValueOrDefault(quantity);

    /// <summary>A sum that is a count.</summary>
    public long Count(string quantity) => (long)Sum(quantity);

    /// <summary>The groups of some facts, ordered by their dimensions.</summary>
    public static IReadOnlyList<Group> Create(IEnumerable<Fact> facts, IReadOnlyCollection<string> dimensions) =>
    [
        .. facts
            .GroupBy(fact => Key(fact, dimensions), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(
                group => new Group(dimensions.ToDictionary(d => d, d => group.First()[d]), Sums(group), [.. group])),
    ];

    /// <summary>
    /// A text that is the same for facts that agree in the dimensions, and only for those; null is not a text.
    /// </summary>
    public static string Key(Fact fact, IEnumerable<string> dimensions) =>
        string.Join('\u001f', dimensions.Select(d => fact[d] ?? "\0"));

    private static Dictionary<string, decimal> Sums(IEnumerable<Fact> facts) => facts
        .SelectMany(fact => fact.Quantities)
        .GroupBy(q => q.Key)
        .ToDictionary(q => q.Key, q => q.Sum(one => one.Value));
}

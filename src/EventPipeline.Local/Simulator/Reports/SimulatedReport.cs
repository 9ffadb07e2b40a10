using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>One report of one organisation.</summary>
/// <param name="Name">Its name for <c>/_simulator/truth</c>.</param>
/// <param name="Path">Its path at the vendor.</param>
/// <param name="Facts">What happened on a UTC day, as the vendor knows it now.</param>
/// <param name="GroupBy">Each value of <c>group_by</c> and the dimensions it fills.</param>
/// <param name="Filters">Each filter parameter and the dimension it looks at.</param>
/// <param name="Write">A result.</param>
internal sealed record SimulatedReport(
    string Name,
    string Path,
    Func<DateOnly, IEnumerable<Fact>> Facts,
    IReadOnlyDictionary<string, string[]> GroupBy,
    IReadOnlyDictionary<string, string> Filters,
    Func<Group, JsonObject> Write)
{
    /// <summary>The most buckets of a page, by width; a width that is not here is not served.</summary>
    public required IReadOnlyDictionary<string, PageLimit> Limits { get; init; }

    /// <summary>All tokens of a fact, each counted once.</summary>
    public Func<Fact, decimal> Tokens { get; init; } = static _ => 0;

    /// <summary>The US dollars of a fact.</summary>
    public Func<Fact, decimal> Usd { get; init; } = static _ => 0;

    /// <summary>
    /// Whether it is served, and not among those that the service reads of this organisation: another tells the same.
    /// </summary>
    public bool IsOther { get; init; }

    /// <summary>
    /// The grouping that the truth counts rows by if it is asked for none; null for all that the report serves.
    /// </summary>
    public IReadOnlyList<string>? UsualGroupBy { get; init; }

    /// <summary>The limits both vendors document for usage.</summary>
    public static IReadOnlyDictionary<string, PageLimit> UsageLimits { get; } = new Dictionary<string, PageLimit>
    {
        ["1d"] = new(7, 31),
        ["1h"] = new(24, 168),
        ["1m"] = new(60, 1440),
    };

    /// <summary>A map of names to themselves.</summary>
    public static IReadOnlyDictionary<string, string[]> Each(params IEnumerable<string> names) =>
        names.ToDictionary(name => name, name => new[] { name });
}

/// <summary>How many buckets a page has by default, and at most.</summary>
internal sealed record PageLimit(int Default, int Max);

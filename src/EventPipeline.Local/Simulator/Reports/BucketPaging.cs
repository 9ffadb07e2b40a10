using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>A question for buckets: the part that both vendors share.</summary>
/// <param name="Start">The start of the first bucket.</param>
/// <param name="End">Where the list ends; no bucket begins at it or later.</param>
/// <param name="Width">The width of a bucket.</param>
/// <param name="Limit">Buckets per page.</param>
/// <param name="Dimensions">The dimensions to group by.</param>
/// <param name="Filters">Dimensions with the values to keep.</param>
internal sealed record BucketPaging(
    DateTime Start,
    DateTime End,
    TimeSpan Width,
    int Limit,
    IReadOnlyCollection<string> Dimensions,
    IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Filters)
{
    /// <summary>
    /// One page, oldest bucket first, empty ones too, and where the next page begins (null if there is none).
    /// </summary>
    /// <param name="report">What to ask.</param>
    /// <param name="from">Where the page begins.</param>
    public (IReadOnlyList<SimulatedBucket> Buckets, DateTime? Next) Page(SimulatedReport report, DateTime from)
    {
        var starts = Starts(from).Take(Limit + 1).ToList();
        var wanted = starts.Take(Limit).ToList();
        var facts = wanted.Count == 0
            ? Enumerable.Empty<Fact>().ToLookup(Floor)
            : Days(wanted[0], wanted[^1]).SelectMany(report.Facts).Where(IsWanted).ToLookup(Floor);
        var buckets = wanted.Select(
            start => new SimulatedBucket(start, start + Width, Group.Create(facts[start], Dimensions)))
            .ToList();
        return (buckets, starts.Count > Limit ? starts[Limit] : null);
    }

    /// <summary>The start of the bucket of this width that holds a time.</summary>
    public static DateTime Floor(DateTime time, TimeSpan width) => time.AddTicks(-(time.Ticks % width.Ticks));

    private DateTime Floor(Fact fact) => Floor(fact.At.UtcDateTime, Width);

    private bool IsWanted(Fact fact) =>
        Filters.All(filter => fact[filter.Key] is { } value && filter.Value.Contains(value));

    private IEnumerable<DateTime> Starts(DateTime from)
    {
        for (var start = from; start < End; start += Width)
        {
            yield return start;
        }
    }

    private static IEnumerable<DateOnly> Days(DateTime first, DateTime last)
    {
        for (var day = DateOnly.FromDateTime(first); day <= DateOnly.FromDateTime(last); day = day.AddDays(1))
        {
            yield return day;
        }
    }
}

/// <summary>One interval with its groups.</summary>
internal sealed record SimulatedBucket(DateTime Start, DateTime End, IReadOnlyList<Group> Groups);

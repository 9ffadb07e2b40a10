namespace EventPipeline.Benchmarks.Vendors;

/// <summary>What a vendor says of the same rows at different times.</summary>
/// <param name="Number">How often it has restated all of them.</param>
/// <param name="RestatesLastDay">Whether it has since restated those of the last day.</param>
internal sealed record Edition(int Number, bool RestatesLastDay)
{
    /// <summary>A number that distinguishes the values of a day from those in other editions.</summary>
    public int OfDay(bool isLast) => (2 * Number) + (isLast && RestatesLastDay ? 1 : 0);
}

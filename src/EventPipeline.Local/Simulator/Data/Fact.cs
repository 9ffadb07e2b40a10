namespace EventPipeline.Local.Simulator.Data;

/// <summary>One piece of what happened, at the finest grain; every answer is a sum of these.</summary>
/// <param name="At">When, UTC, to the minute.</param>
/// <param name="Dimensions">Every dimension of the report; null is the vendor's null.</param>
/// <param name="Quantities">What can be summed.</param>
internal sealed record Fact(
    DateTimeOffset At, IReadOnlyDictionary<string, string?> Dimensions, IReadOnlyDictionary<string, decimal> Quantities)
{
    public string? this[string dimension] => Dimensions.GetValueOrDefault(dimension);

    /// <summary>A quantity; 0 if there is none.</summary>
    public decimal Sum(string quantity) => Quantities.GetValueOrDefault(quantity);
}

namespace EventPipeline.Local.Simulator.Data;

/// <summary>Something the simulated company does on many days: one combination of dimensions.</summary>
/// <param name="Dimensions">Every dimension of the report.</param>
/// <param name="Percent">On how many working days of a hundred it happens; a third of that at weekends.</param>
/// <param name="Draw">The quantities of one occurrence.</param>
internal sealed record Pattern(
    IReadOnlyDictionary<string, string?> Dimensions,
    int Percent,
    Func<Random, IReadOnlyDictionary<string, decimal>> Draw)
{
    /// <summary>It happens once a day, at its beginning, instead of one to three times at any minute.</summary>
    public bool Once { get; init; }
}

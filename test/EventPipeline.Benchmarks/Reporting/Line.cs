namespace EventPipeline.Benchmarks.Reporting;

/// <summary>One figure, measured once in every round.</summary>
/// <param name="name">What was measured.</param>
/// <param name="unit">In what.</param>
/// <param name="baseline">What it is compared with, round by round; null for a baseline.</param>
/// <param name="goal">What it has to keep, where there is a goal.</param>
internal sealed class Line(string name, string unit, Line? baseline, Goal? goal)
{
    private readonly List<double> _values = [];

    public string Name => name;

    public string Unit => unit;

    public Line? Baseline => baseline;

    public Goal? Goal => goal;

    /// <summary>One value a round.</summary>
    public IReadOnlyList<double> Values => _values;

    public double Median => MedianOf(_values);

    /// <summary>The median of the rounds' ratios to the baseline; null without one.</summary>
    public double? Ratio =>
        baseline is null ? null : MedianOf([.. _values.Zip(baseline.Values, (own, its) => own / its)]);

    /// <summary>Whether the goal is met; null without one, or while nothing is measured.</summary>
    public bool? IsMet => _values.Count == 0 ? null : goal?.IsMetBy(this);

    /// <summary>Takes the value of a round.</summary>
    public void Add(double value) => _values.Add(value);

    private static double MedianOf(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

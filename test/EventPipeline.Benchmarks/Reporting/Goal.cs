using System.Globalization;

namespace EventPipeline.Benchmarks.Reporting;

/// <summary>A limit that a figure, or its ratio to a baseline, has to keep.</summary>
/// <param name="Limit">The limit, in the figure's unit or as a ratio.</param>
/// <param name="IsMost">Whether it is the most, or the least, that keeps it.</param>
/// <param name="IsOfRatio">Whether it limits the ratio.</param>
internal sealed record Goal(double Limit, bool IsMost, bool IsOfRatio)
{
    public static Goal AtMost(double limit) => new(limit, IsMost: true, IsOfRatio: false);

    public static Goal AtLeast(double limit) => new(limit, IsMost: false, IsOfRatio: false);

    /// <summary>The median of the ratios is this at most.</summary>
    public static Goal RatioAtMost(double limit) => new(limit, IsMost: true, IsOfRatio: true);

    public bool IsMetBy(Line line) =>
        (IsOfRatio ? line.Ratio!.Value : line.Median) is var reached && (IsMost ? reached <= Limit : reached >= Limit);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(IsMost ? "≤" : "≥")} {Limit:#,0.##}{(IsOfRatio ? " x" : "")}");
}

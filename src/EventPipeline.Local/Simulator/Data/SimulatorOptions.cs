namespace EventPipeline.Local.Simulator.Data;

/// <summary>What the simulated world is made from.</summary>
/// <param name="Seed">
/// Everything follows from it: two simulators with one seed answer with the same bytes at the same time.
/// </param>
/// <param name="Clock">
/// The simulated now, UTC: it decides which days exist, how much of today, and how often a day was restated.
/// </param>
internal sealed record SimulatorOptions(int Seed, TimeProvider Clock);

namespace EventPipeline.Shared;

/// <summary>What to display wherever the data is shown.</summary>
/// <param name="Text"><c>SIMULATED</c>, or null for real data.</param>
public sealed record DataLabel(string? Text)
{
    public const string Simulated = "SIMULATED";
}

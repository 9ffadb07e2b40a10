namespace EventPipeline.FanOut;

/// <summary>How runs are planned.</summary>
public sealed class RunOptions
{
    public const string Section = "Runs";

    /// <summary>How many closed days back every run looks for days that were never read, 0 to 90.</summary>
    public int GapDays { get; set; } = 30;
}

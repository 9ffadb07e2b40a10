using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EventPipeline.FanOut;

/// <summary>How runs are planned.</summary>
public sealed class RunOptions
{
    public const string Section = "Runs";

    /// <summary>How many closed days back every run looks for days that were never read, 0 to 90.</summary>
    [Range(0, 90, ErrorMessage = "Runs__GapDays takes a whole number from 0 to 90.")]
    public int GapDays { get; set; } = 30;
}

[OptionsValidator]
internal sealed partial class RunOptionsValidator : IValidateOptions<RunOptions>;

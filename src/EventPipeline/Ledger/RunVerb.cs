namespace EventPipeline.Ledger;

/// <summary>What people can do to a run, as it is typed and asked for.</summary>
internal static class RunVerb
{
    public const string Cancel = "cancel";
    public const string Pause = "pause";
    public const string Resume = "resume";

    /// <summary>Why that cannot be done to a run as it is; null if it can.</summary>
    public static string? WhyNot(this RunDocument run, string verb) => (verb, run) switch
    {
        (Cancel, { Outcome: RunDocument.Cancelled }) => null,
        (_, { Outcome: { } outcome }) =>
            $"Run {run.RunId} {(outcome == RunDocument.Cancelled ? "was" : "has")} {outcome}, so there is nothing to "
                + $"{verb}.",
        (Pause or Resume, { Mode: RunModeNames.DryRun }) =>
            $"Run {run.RunId} is a dry run, which keeps nothing of what it reads, so it cannot wait. Cancel it, and "
                + "request it again.",
        (Pause, { From: null }) =>
            $"Run {run.RunId} is not planned yet. Try again in a minute, or cancel it.",
        _ => null,
    };
}

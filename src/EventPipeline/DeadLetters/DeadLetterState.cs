namespace EventPipeline.DeadLetters;

/// <summary>The states of a dead letter, as spelled in tables and URLs.</summary>
internal static class DeadLetterState
{
    /// <summary>Someone has to decide.</summary>
    public const string Open = "open";

    /// <summary>Published again, and not returned since.</summary>
    public const string Replayed = "replayed";

    /// <summary>Left alone on purpose, and not failed again since.</summary>
    public const string Discarded = "discarded";

    /// <summary>What it asks for was loaded since, by a replay or by another run. The view says it.</summary>
    public const string Resolved = "resolved";

    public static IReadOnlyList<string> All { get; } = [Open, Replayed, Discarded, Resolved];
}

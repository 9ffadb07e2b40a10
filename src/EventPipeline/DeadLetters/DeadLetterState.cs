namespace EventPipeline.DeadLetters;

/// <summary>The states of a dead letter, as spelled in tables and addresses.</summary>
internal static class DeadLetterState
{
    /// <summary>Someone has to decide.</summary>
    public const string Open = "open";

    /// <summary>Published again, and not come back since.</summary>
    public const string Replayed = "replayed";

    /// <summary>Decided to be left alone, and not failed anew since.</summary>
    public const string Discarded = "discarded";

    public static IReadOnlyList<string> All { get; } = [Open, Replayed, Discarded];
}

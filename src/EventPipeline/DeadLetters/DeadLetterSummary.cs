namespace EventPipeline.DeadLetters;

/// <summary>A dead letter in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State"><c>open</c>, <c>replayed</c> or <c>discarded</c>.</param>
/// <param name="Reason">What happened, and where.</param>
/// <param name="Cause">The class of the failure.</param>
/// <param name="Hint">What a person can do about it.</param>
/// <param name="SourceTopic">The topic it came from: <c>trigger</c> or <c>fetch</c>.</param>
/// <param name="EventType">The CloudEvents type.</param>
/// <param name="EventId">The CloudEvents id.</param>
/// <param name="FirstSeen">When it was first stored, UTC.</param>
/// <param name="LastSeen">When it last arrived, or its state last changed, UTC.</param>
/// <param name="Replays">How often it was replayed.</param>
/// <param name="ReplayCommand">The command that replays it.</param>
public record DeadLetterSummary(
    string Id,
    string State,
    string Reason,
    string Cause,
    string Hint,
    string? SourceTopic,
    string? EventType,
    string? EventId,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    int Replays,
    string ReplayCommand)
{
    internal static DeadLetterSummary FromStored(StoredDeadLetter stored, string serviceAddress) => new(
        stored.Letter.Id,
        stored.State,
        stored.Letter.Reason,
        stored.Letter.Cause,
        stored.Letter.Hint,
        stored.Letter.SourceTopic,
        stored.Letter.EventType,
        stored.Letter.EventId,
        stored.FirstSeen,
        stored.LastSeen,
        stored.Letter.Replays,
        ReplayCommandOf(stored, serviceAddress));

    /// <summary>A shell command. Except on a local machine, the service requires the caller's identity.</summary>
    private static string ReplayCommandOf(StoredDeadLetter stored, string serviceAddress)
    {
        var force = stored.State == DeadLetterState.Discarded || stored.Letter.Replays >= DeadLetterReplayer.MaxReplays
            ? "?force=true"
            : "";
        var identity = serviceAddress.StartsWith("https:", StringComparison.Ordinal) ? """ -H "Authorization: Bearer $(gcloud auth print-identity-token)" """.TrimEnd() : "";
        return $"curl -X POST{identity} '{serviceAddress}/dead-letters/{stored.Letter.Id}/replay{force}'";
    }
}

namespace EventPipeline.DeadLetters;

/// <summary>A dead letter in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">
/// <c>open</c>, <c>replayed</c>, <c>discarded</c>, or <c>resolved</c> once what it asks for was loaded.
/// </param>
/// <param name="Reason">What happened, and where.</param>
/// <param name="Cause">The class of the failure.</param>
/// <param name="Hint">What a person can do about it.</param>
/// <param name="SourceTopic">The topic it came from: <c>trigger</c> or <c>fetch</c>.</param>
/// <param name="EventType">The CloudEvents type.</param>
/// <param name="EventId">The CloudEvents id.</param>
/// <param name="FirstSeen">When it was first stored, UTC.</param>
/// <param name="LastSeen">When it last arrived, or its state last changed, UTC.</param>
/// <param name="Replays">How often it was replayed.</param>
/// <param name="RunId">The run that asked, or that its trigger requests; null where the message does not tell.</param>
/// <param name="Mode">The run's mode; null where the message does not tell.</param>
/// <param name="Vendor">The vendor that was to be asked; null of a trigger.</param>
/// <param name="Account">The account's configured name; null of a trigger.</param>
/// <param name="Report">The report; null of a trigger.</param>
/// <param name="From">The window's first day, UTC; of several windows the first one's.</param>
/// <param name="To">The window's last day, UTC, inclusive.</param>
/// <param name="Windows">How many windows the message asks for; null of a trigger.</param>
/// <param name="LastError">Why the last attempt failed; null when none is recorded.</param>
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
    string? RunId,
    string? Mode,
    string? Vendor,
    string? Account,
    string? Report,
    DateOnly? From,
    DateOnly? To,
    long? Windows,
    string? LastError,
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
        stored.Subject?.RunId,
        stored.Subject?.Mode,
        stored.Subject?.Window?.Vendor,
        stored.Subject?.Window?.Account,
        stored.Subject?.Window?.Report,
        stored.Subject?.Window?.From,
        stored.Subject?.Window?.To,
        stored.Subject?.Windows,
        stored.Letter.LastError,
        ReplayCommandOf(stored, serviceAddress));

    /// <summary>
    /// A shell command: on a local machine for curl, elsewhere the program's own, which signs in by itself.
    /// </summary>
    private static string ReplayCommandOf(StoredDeadLetter stored, string serviceAddress)
    {
        var isForced = stored.State is DeadLetterState.Discarded or DeadLetterState.Resolved
            || stored.Letter.Replays >= DeadLetterReplayer.MaxReplays;
        return serviceAddress.StartsWith("https:", StringComparison.Ordinal)
            ? $"EventPipeline dead-letters replay {stored.Letter.Id}{(isForced ? " --force" : "")}"
            : $"curl -X POST '{serviceAddress}/dead-letters/{stored.Letter.Id}/replay"
                + $"{(isForced ? "?force=true" : "")}'";
    }
}

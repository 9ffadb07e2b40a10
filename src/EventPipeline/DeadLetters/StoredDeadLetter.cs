using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>A dead letter in its current state.</summary>
/// <param name="Letter">What could not be processed.</param>
/// <param name="State">One of <see cref="DeadLetterState"/>.</param>
/// <param name="FirstSeen">When it was first stored, UTC.</param>
/// <param name="LastSeen">When it last arrived, or its state last changed, UTC.</param>
internal sealed record StoredDeadLetter(
    DeadLetter Letter, string State, DateTimeOffset FirstSeen, DateTimeOffset LastSeen)
{
    /// <summary>How often its message had arrived again after it was discarded or replayed.</summary>
    public long Reopened { get; init; }

    /// <summary>What was decided, whatever was loaded since: never <see cref="DeadLetterState.Resolved"/>.</summary>
    public string Decided { get; init; } = State;

    /// <summary>Whom it concerns; null where its message does not tell, and of letters of earlier versions.</summary>
    public LetterSubject? Subject { get; init; }
}

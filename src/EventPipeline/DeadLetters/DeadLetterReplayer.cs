using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Replays dead letters, or discards them.</summary>
internal sealed partial class DeadLetterReplayer(
    DeadLetterStore store, PublishMessages publish, TimeProvider clock, ILogger<DeadLetterReplayer> logger)
{
    /// <summary>
    /// How often a dead letter is replayed without <c>force</c>; the next replay would most likely fail too.
    /// </summary>
    public const int MaxReplays = 2;

    /// <summary>Publishes a dead letter again to the topic it came from, then records that.</summary>
    /// <exception cref="DeadLetterConflictException">
    /// It cannot be replayed as it is; the message says what to do.
    /// </exception>
    /// <exception cref="TransientFailureException">
    /// The topic did not accept it, or the record could not be written.
    /// </exception>
    public async Task<StoredDeadLetter?> ReplayAsync(string id, bool force, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } stored)
        {
            return null;
        }

        RequireReplayable(stored, force);
        await publish(
            ReplayMessage.TopicOf(stored.Letter), [ReplayMessage.FromLetter(stored.Letter)], cancellationToken);
        var now = clock.GetUtcNow();
        var replayed = stored with
        {
            Letter = stored.Letter with { Replays = stored.Letter.Replays + 1 },
            State = DeadLetterState.Replayed,
            LastSeen = now,
        };
        await store.RecordAsync(replayed, now, cancellationToken);
        ReplayerLog.Replayed(logger, id, replayed.Letter.Replays);
        return replayed;
    }

    /// <summary>
    /// Leaves a dead letter alone from now on; repeating it changes nothing. Null if there is none with that id.
    /// </summary>
    public async Task<StoredDeadLetter?> DiscardAsync(string id, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(id, cancellationToken);
        if (stored is null || stored.State == DeadLetterState.Discarded)
        {
            return stored;
        }

        var now = clock.GetUtcNow();
        var discarded = stored with { State = DeadLetterState.Discarded, LastSeen = now };
        await store.RecordAsync(discarded, now, cancellationToken);
        ReplayerLog.Discarded(logger, id);
        return discarded;
    }

    /// <summary>Whether it can be replayed.</summary>
    /// <exception cref="DeadLetterConflictException">It cannot; the message says what to do.</exception>
    internal static void RequireReplayable(StoredDeadLetter stored, bool force)
    {
        var letter = stored.Letter;
        if (letter.PayloadTruncated)
        {
            throw new DeadLetterConflictException(
                $"The message of {letter.Id} was too large to keep: {letter.PayloadBytes} bytes, SHA-256 "
                    + $"{letter.PayloadSha256}. "
                + "Only its beginning was kept. Publish the original again from its source.");
        }

        if (letter.SourceTopic is null)
        {
            throw new DeadLetterConflictException(
                $"The source topic of {letter.Id} is unknown. Publish its payload manually where it belongs, "
                + "then discard it.");
        }

        if (stored.State == DeadLetterState.Resolved && !force)
        {
            throw new DeadLetterConflictException(
                $"What {letter.Id} asks for has been loaded since. To read it again all the same, replay it with "
                + "force=true.");
        }

        if (stored.State == DeadLetterState.Discarded && !force)
        {
            throw new DeadLetterConflictException($"{letter.Id} was discarded. Replay it with force=true.");
        }

        if (letter.Replays >= MaxReplays && !force)
        {
            throw new DeadLetterConflictException(
                $"{letter.Id} was replayed {letter.Replays} times already. Fix the cause first "
                + $"({Shown.Plain(letter.Hint, 300)}), then replay it with force=true.");
        }
    }

    private static partial class ReplayerLog
    {
        [LoggerMessage(1, LogLevel.Information,
            "Replayed the dead letter {DeadLetterId}; it has now been replayed {Replays} times.")]
        public static partial void Replayed(ILogger logger, string deadLetterId, int replays);

        [LoggerMessage(2, LogLevel.Information, "Discarded the dead letter {DeadLetterId}.")]
        public static partial void Discarded(ILogger logger, string deadLetterId);
    }
}

namespace EventPipeline.Shared;

/// <summary>
/// Says that an attempt failed transiently: the event is not acknowledged and is redelivered. The message says what
/// happened and where, so that a person can read it in <c>/runs/{id}</c>.
/// </summary>
public sealed class TransientFailureException(
    string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>
    /// Whether a quota is used up that is refilled over the course of a day: trying again sooner would fail, and may
    /// use more of it.
    /// </summary>
    public bool IsQuotaExhausted { get; init; }

    /// <summary>
    /// Whether it failed because the attempt would end before it could go on; with more time it would have.
    /// </summary>
    public bool IsOutOfTime { get; init; } = innerException is TransientFailureException { IsOutOfTime: true };

    /// <summary>Whether a request was not sent because its host has answered nobody lately.</summary>
    public bool IsHostSilent { get; init; } = innerException is TransientFailureException { IsHostSilent: true };

    /// <summary>Whether the vendor does not have yet what was asked for: only time helps.</summary>
    public bool IsNotReady { get; init; } = innerException is TransientFailureException { IsNotReady: true };

    /// <summary>
    /// Whether nothing went wrong: its account has to wait for its turn, its vendor is not asked at all for now, or has
    /// nothing to say yet.
    /// </summary>
    public bool IsHeldOff => IsOutOfTime || IsHostSilent || IsNotReady;

    /// <summary>Whether nothing was tried because there was no room for it.</summary>
    public bool IsBusy { get; init; }
}

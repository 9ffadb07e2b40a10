namespace EventPipeline.Shared;

/// <summary>
/// Says that an event can never succeed as it stands: it becomes a dead letter at once and is acknowledged.
/// Everything else that is thrown is transient, and the event is delivered again.
/// </summary>
/// <param name="reason">What happened, and where: the field, or the vendor, account, report and day.</param>
/// <param name="hint">What a person can do about it: the nearest valid value, the key type the vendor wants.</param>
/// <param name="cause">The class of the failure, one of <see cref="RejectionCause"/>.</param>
/// <param name="innerException">The failure underneath, where there is one.</param>
public sealed class RejectedEventException(
    string reason, string hint, RejectionCause cause = RejectionCause.BadInput, Exception? innerException = null)
    : Exception(reason, innerException)
{
    /// <summary>What a person can do about it.</summary>
    public string Hint { get; } = hint;

    /// <summary>The class of the failure.</summary>
    public RejectionCause Cause { get; } = cause;

    /// <summary>How a vendor refused the credential; null where the failure is another.</summary>
    public CredentialRefusal? Refusal { get; init; }
}

namespace EventPipeline.Fetch;

/// <summary>
/// How long an attempt at a window may take, and how long a message is delivered. Not settings of their own: they
/// follow from who pushes.
/// </summary>
internal sealed class AttemptOptions
{
    /// <summary>
    /// How long a push may take before it is abandoned and the message delivered again: Pub/Sub's longest, which
    /// infra/subscriptions.tf sets; on one machine <c>Broker__AckDeadline</c>.
    /// </summary>
    public TimeSpan PushDeadline { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>
    /// How long the deliveries of a message last at least before it is given up: 30 with up to 600 s in between, as
    /// infra/subscriptions.tf sets; on one machine as <c>Broker__…</c> does.
    /// </summary>
    public TimeSpan DeliveriesTake { get; set; } = TimeSpan.FromHours(4);

    /// <summary>
    /// How old a message is when it is published anew instead of refused: with time for some deliveries more, since a
    /// refusal that the service does not see is a delivery too.
    /// </summary>
    public TimeSpan RenewAfter => DeliveriesTake / 2;

    /// <summary>How long a window is kept for an account or a vendor that is not to be asked.</summary>
    public TimeSpan HeldOffFor => DeliveriesTake * 6;

    /// <summary>A late answer never counts, so an attempt stops before that.</summary>
    public TimeSpan Limit => PushDeadline * 0.95;
}

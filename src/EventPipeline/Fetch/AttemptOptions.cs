namespace EventPipeline.Fetch;

/// <summary>How long an attempt at a window may take. Not a setting of its own: it follows from who pushes.</summary>
internal sealed class AttemptOptions
{
    /// <summary>
    /// How long a push may take before it is abandoned and the message delivered again: Pub/Sub's longest, which
    /// infra/subscriptions.tf sets; on one machine <c>Broker__AckDeadline</c>.
    /// </summary>
    public TimeSpan PushDeadline { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>A late answer never counts, so an attempt stops before that.</summary>
    public TimeSpan Limit => PushDeadline * 0.95;
}

namespace EventPipeline.Local.Broker;

/// <summary>
/// How messages are delivered on one machine, by the local broker and by subscriptions made in the emulator.
/// </summary>
internal sealed class BrokerOptions
{
    public const string Section = "Broker";

    /// <summary>How long a push may take before it is abandoned and the message delivered again.</summary>
    public TimeSpan AckDeadline { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>The wait after a first failed attempt; each further one waits twice as long.</summary>
    public TimeSpan MinimumBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Failed attempts after which a message goes to the dead-letter topic. Pub/Sub and its emulator take 5 to 100.
    /// </summary>
    public int MaxDeliveryAttempts { get; set; } = 5;

    /// <summary>How many messages of one subscription are being pushed at once.</summary>
    public int MaxOutstanding { get; set; } = 8;

    /// <summary>What goes wrong on purpose; nothing, unless a test asks for it.</summary>
    public BrokerFaults Faults { get; set; } = new();

    /// <summary>Whether messages are delivered; if not, they are only kept. No setting: a command decides.</summary>
    internal bool Delivers { get; set; } = true;

    /// <summary>How long all deliveries of a message last at least: what lies between them.</summary>
    public TimeSpan DeliveriesTake => Enumerable.Range(1, MaxDeliveryAttempts - 1)
        .Aggregate(TimeSpan.Zero, (sum, attempts) => sum + BackoffAfter(attempts));

    /// <summary>
    /// How long a message waits after its n-th failed attempt. Without jitter, so that it is predictable.
    /// </summary>
    public TimeSpan BackoffAfter(int attempts) => new Backoff(MinimumBackoff, 2, MaximumBackoff).After(attempts);
}

/// <summary>What Pub/Sub is allowed to do, and tests want to see.</summary>
internal sealed class BrokerFaults
{
    /// <summary>Every delivery is made twice at the same time; the message is acknowledged when both are.</summary>
    public bool Duplicate { get; set; }

    /// <summary>
    /// Shuffles the messages of each publish request, and what a restart finds, before they are delivered.
    /// </summary>
    public int? ShuffleSeed { get; set; }
}

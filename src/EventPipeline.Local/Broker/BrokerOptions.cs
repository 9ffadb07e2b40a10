using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Broker;

/// <summary>How messages are delivered on one machine, by the local broker and by subscriptions made in the emulator.</summary>
internal sealed class BrokerOptions
{
    public const string Section = "Broker";

    /// <summary>How long a push may take before it is abandoned and the message delivered again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00", ErrorMessage = "Broker:AckDeadline takes up to 00:10:00.")]
    public TimeSpan AckDeadline { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>The wait after a first failed attempt; each further one waits twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Broker:MinimumBackoff takes 00:00:00 to 00:10:00.")]
    public TimeSpan MinimumBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Broker:MaximumBackoff takes 00:00:00 to 00:10:00.")]
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Failed attempts after which a message goes to the dead-letter topic. Pub/Sub and its emulator take 5 to 100.</summary>
    [Range(1, 100, ErrorMessage = "Broker:MaxDeliveryAttempts takes 1 to 100.")]
    public int MaxDeliveryAttempts { get; set; } = 5;

    /// <summary>How many messages of one subscription are being pushed at once.</summary>
    [Range(1, 1_000, ErrorMessage = "Broker:MaxOutstanding takes 1 to 1000.")]
    public int MaxOutstanding { get; set; } = 8;

    /// <summary>What goes wrong on purpose; nothing, unless a test asks.</summary>
    public BrokerFaults Faults { get; set; } = new();

    /// <summary>How long a message waits after its n-th failed attempt. Without jitter, so that it can be told beforehand.</summary>
    public TimeSpan BackoffAfter(int attempts)
    {
        var doublings = Math.Min(attempts - 1, 30);
        var backoff = MinimumBackoff * Math.Pow(2, doublings);
        return backoff < MaximumBackoff ? backoff : MaximumBackoff;
    }
}

/// <summary>What Pub/Sub allows itself, and tests want to see.</summary>
internal sealed class BrokerFaults
{
    /// <summary>Every delivery is made twice at the same time; the message is acknowledged when both are.</summary>
    public bool Duplicate { get; set; }

    /// <summary>Shuffles the messages of each publish request, and what a restart finds, before they are delivered.</summary>
    public int? ShuffleSeed { get; set; }
}

[OptionsValidator]
internal sealed partial class BrokerOptionsValidator : IValidateOptions<BrokerOptions>;

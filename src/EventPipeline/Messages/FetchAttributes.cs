namespace EventPipeline.Messages;

/// <summary>
/// The attributes of a fetch message beside those of every event: how it is routed, and what it has been through. They
/// are CloudEvents extensions, so that they arrive safely as headers.
/// </summary>
internal static class FetchAttributes
{
    /// <summary>
    /// Whose window it asks for: each vendor has a subscription that takes its own (infra/subscriptions.tf).
    /// </summary>
    public const string Vendor = "ce-vendor";

    /// <summary>When it was published first, UTC, if it was published anew since.</summary>
    public const string WaitingSince = "ce-waitingsince";

    /// <summary>How often a person has replayed it; triggers have it too.</summary>
    public const string Replays = "ce-replays";

    /// <summary>How often in a row it used up its deliveries without a recorded attempt.</summary>
    public const string Returns = "ce-returns";
}

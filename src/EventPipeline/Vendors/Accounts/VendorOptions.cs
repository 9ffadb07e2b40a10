namespace EventPipeline.Vendors.Accounts;

/// <summary>Settings that hold for every vendor, directly under <c>Vendors</c>.</summary>
internal sealed record VendorOptions
{
    /// <summary>How long a response may stall before the attempt gives up; default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Where the key is that e-mail addresses are hashed with; null where they stay as vendors tell them.
    /// </summary>
    public string? EmailKey { get; init; }
}

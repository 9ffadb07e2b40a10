namespace EventPipeline.Local.Simulator.Data;

/// <summary>One organisation that the simulator serves.</summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Name">The organisation's name; begins with SIMULATED.</param>
/// <param name="Key">The key that may read everything.</param>
/// <param name="LimitedKey">A key that the vendor knows but that may not read these reports: it gets a 403.</param>
/// <param name="Token">An OAuth token that may read everything, if the vendor accepts one.</param>
internal sealed record SimulatedAccount(string Vendor, string Name, string Key, string LimitedKey, string? Token)
{
    /// <summary>The source that the service reads it from, if its vendor has several.</summary>
    public string? Source { get; init; }

    /// <summary>What its key reads, where the vendor's addresses name it: <c>kind/name</c>; null where not.</summary>
    public string? Scope { get; init; }

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"{Vendor}/{Name}";
}

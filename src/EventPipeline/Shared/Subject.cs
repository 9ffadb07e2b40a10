namespace EventPipeline.Shared;

/// <summary>One report of one account at one vendor, by the names that people give them.</summary>
/// <param name="Vendor">The vendor's name, e.g. <c>anthropic</c>.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report's name, e.g. <c>messages_usage</c>.</param>
public sealed record Subject(string Vendor, string Account, string Report)
{
    /// <summary>How people read it: <c>anthropic/acme/messages_usage</c>.</summary>
    public override string ToString() => $"{Vendor}/{Account}/{Report}";
}

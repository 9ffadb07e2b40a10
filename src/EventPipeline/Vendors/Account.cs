namespace EventPipeline.Vendors;

/// <summary>One configured organisation at a vendor, with the credential to read it.</summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Name">The configured name.</param>
/// <param name="BaseAddress">Where this vendor's API is, without a trailing version: <c>https://api.anthropic.com/</c>. Ends in a slash.</param>
/// <param name="Secret">The credential itself. Never logged.</param>
public sealed record Account(string Vendor, string Name, Uri BaseAddress, string Secret)
{
    /// <summary>Without the credential.</summary>
    public override string ToString() => $"{Vendor}/{Name}";
}

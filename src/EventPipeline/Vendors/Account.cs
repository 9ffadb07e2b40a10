using System.Text.RegularExpressions;

namespace EventPipeline.Vendors;

/// <summary>One configured organisation at a vendor, and where the credential to read it is kept.</summary>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Name">The configured name.</param>
/// <param name="BaseAddress">Where this vendor's API is, without a trailing version: <c>https://api.anthropic.com/</c>. Ends in a slash.</param>
/// <param name="SecretReference">
/// Where the credential is kept, never the credential: <c>env:NAME</c>, or <c>projects/P/secrets/S/versions/V</c>.
/// </param>
/// <param name="OrganizationId">Who it is, where a person said so: its <c>account_id</c> in the tables, or the vendor's own id; null where nobody did.</param>
public sealed partial record Account(string Vendor, string Name, Uri BaseAddress, string SecretReference, string? OrganizationId = null)
{
    /// <summary>Vendor and name.</summary>
    public override string ToString() => $"{Vendor}/{Name}";

    /// <summary>Whether a text can name an account: 1 to 63 letters, digits, dots, dashes and underscores, beginning with a letter or digit.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex NamePattern();
}

namespace EventPipeline.Identities;

/// <summary>Something that an account is known by: one row of <c>account_identity</c>.</summary>
/// <param name="Kind">What the value is: <see cref="Name"/> and the others.</param>
/// <param name="Value">The value.</param>
internal sealed record AccountMark(string Kind, string Value)
{
    /// <summary>The configured name, which people may change.</summary>
    public const string Name = "name";

    /// <summary>The vendor's own id of the organisation, as an endpoint gives it.</summary>
    public const string Organization = "organization";

    /// <summary>The vendor's own id of the organisation, as a header gives it; its form may differ.</summary>
    public const string OrganizationHeader = "organization_header";

    /// <summary>A name for the organisation in a header that may change at the vendor, such as a short name.</summary>
    public const string OrganizationHint = "organization_hint";

    /// <summary>
    /// A fingerprint of the key, which people rotate. A key belongs to one organisation for as long as it lives.
    /// </summary>
    public const string Key = "key";

    /// <summary>The <c>account_id</c> that this one counts as from now on.</summary>
    public const string MergedInto = "merged_into";
}

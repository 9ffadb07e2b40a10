using System.Text.Json;

namespace EventPipeline.Vendors;

/// <summary>What differs between vendors whose APIs are otherwise read alike.</summary>
/// <param name="Section">The vendor's folder and its section in the settings.</param>
/// <param name="CredentialHint">Which key type and scope the vendor wants, and who can make it.</param>
/// <param name="Authorize">Puts the credential, a key, and the vendor's own headers on a request.</param>
/// <param name="BucketStart">The name of a bucket's inclusive start.</param>
/// <param name="BucketEnd">The name of a bucket's exclusive end.</param>
/// <param name="ReadTime">Reads a time as this vendor writes it; null when it is none.</param>
/// <param name="OrganizationHeader">The header in which answers name the organization that the key belongs to; null where no header does.</param>
/// <param name="IsOrganizationHeaderAnId">Whether that header holds an id for good; else it is a hint, which may change while the organization does not.</param>
internal sealed record VendorProtocol(
    string Section,
    string CredentialHint,
    Action<HttpRequestMessage, string> Authorize,
    string BucketStart,
    string BucketEnd,
    Func<JsonElement, DateTimeOffset?> ReadTime,
    string? OrganizationHeader = null,
    bool IsOrganizationHeaderAnId = true)
{
    /// <summary>
    /// How this vendor says that it does not group so: the dimensions it names, none where it names none. Null where a refusal is about something
    /// else, which no coarser grouping changes.
    /// </summary>
    public Func<VendorError, Grain, IReadOnlyCollection<string>?> RefusedGroups { get; init; } = static (_, _) => null;
}

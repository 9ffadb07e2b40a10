using System.Text.Json;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Protocol;

/// <summary>What differs between vendors whose APIs are otherwise read alike.</summary>
/// <param name="Section">
/// The vendor's folder, and unless <see cref="Settings"/> differs its section in the settings.
/// </param>
/// <param name="CredentialHint">Which key type and scope the vendor requires, and who can create it.</param>
/// <param name="Authorize">Puts the credential, a key, and the vendor's own headers on a request.</param>
/// <param name="ReadTime">Reads a time as this vendor writes it; null when it is not one.</param>
internal sealed record VendorProtocol(
    string Section,
    string CredentialHint,
    Action<HttpRequestMessage, string> Authorize,
    Func<JsonElement, DateTimeOffset?> ReadTime)
{
    /// <summary>The section of its settings, below <c>Vendors</c>.</summary>
    public string Settings { get; init; } = Section;

    /// <summary>The variable that says where its API is.</summary>
    public string AddressVariable => $"Vendors__{Settings.Replace(":", "__", StringComparison.Ordinal)}__BaseAddress";

    /// <summary>
    /// <see cref="Vendor.Limit"/> of the vendor.
    /// </summary>
    public RequestLimit? Limit { get; init; }

    /// <summary>Reads from a 429 when the vendor's limit resets, UTC; null where the answer does not say.</summary>
    public Func<HttpResponseMessage, DateTimeOffset?> ReadReset { get; init; } = static _ => null;

    /// <summary>
    /// Whether a refusal is about how fast the account asks although its status is not 429: it is waited for alike.
    /// </summary>
    public Func<HttpResponseMessage, bool> IsRateLimit { get; init; } = static _ => false;

    /// <summary>
    /// Whether a 404 may mean that the key must not see what was asked for: it is explained like a refused key.
    /// </summary>
    public bool HidesWhatIsForbidden { get; init; }

    /// <summary>
    /// Which hosts keep the files that the vendor links to, <c>*</c> for any characters; beside the account's own host,
    /// files are fetched from these alone, over https.
    /// </summary>
    public IReadOnlyList<string> LinkHosts { get; init; } = [];

    /// <summary>The headers in which an answer carries its request's id, the first that is there counts.</summary>
    public IReadOnlyList<string> RequestIdHeaders { get; init; } = ["request-id", "x-request-id"];

    /// <summary>
    /// The header in which answers name the organisation that the key belongs to; null where no header does.
    /// </summary>
    public string? OrganizationHeader { get; init; }

    /// <summary>
    /// Whether that header holds a permanent id; otherwise it is a hint, which may change while the organisation does
    /// not.
    /// </summary>
    public bool IsOrganizationHeaderAnId { get; init; } = true;

    /// <summary>
    /// Which dimensions a refusal of this vendor says it does not group by, alone or together; empty if it names none.
    /// Null if the refusal is about something else, which no coarser grouping changes.
    /// </summary>
    public Func<VendorError, Grain, IReadOnlyList<IReadOnlyList<string>>?> RefusedGroups { get; init; } = static (
        _, _) => null;

    /// <summary>Whether the vendor was seen to write numbers as text, so that counts may be written so too.</summary>
    public bool WritesNumbersAsText { get; init; }

    /// <summary>The kinds of key that the vendor gives out, including those that are of no use here.</summary>
    public IReadOnlyList<KeyKind> KeyKinds { get; init; } = [];

    /// <summary>Which status an error's type or code stands for, where it comes with another one.</summary>
    public IReadOnlyDictionary<string, int> Statuses { get; init; } = new Dictionary<string, int>();

    /// <summary>The code of a refusal of days that are older than the vendor serves; null where it has none.</summary>
    public string? TooOldCode { get; init; }

    /// <summary>What the message of such a refusal says, where it has no code of its own; null otherwise.</summary>
    public string? TooOldWords { get; init; }
}

using System.Text.Json.Serialization;

namespace EventPipeline.Commands;

/// <summary>Whether an account's credential reads a report, as its vendor answered just now.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report.</param>
/// <param name="State">One of <see cref="CheckState"/>.</param>
/// <param name="Said">What the vendor answered, or what went wrong; absent where the report is usable.</param>
/// <param name="Remedy">What is missing, and who can give it; absent where nothing is to be said.</param>
internal sealed record CheckedReport(
    string Vendor,
    string Account,
    string Report,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Said = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Remedy = null);

/// <summary>What a check finds.</summary>
internal static class CheckState
{
    /// <summary>The vendor answers, be it that the day is empty or not ready yet.</summary>
    public const string Usable = "usable";

    /// <summary>The vendor takes the credential, and does not let it read this report.</summary>
    public const string Refused = "refused";

    /// <summary>The credential is missing, or the vendor refuses it as such.</summary>
    public const string KeyRefused = "key refused";

    /// <summary>It fails for another reason, and would fail again.</summary>
    public const string Failed = "failed";

    /// <summary>The vendor did not answer, or not in time.</summary>
    public const string Unreachable = "not reached";

    /// <summary>It was not asked for, because the vendor had just not been reached.</summary>
    public const string NotTried = "not tried";
}

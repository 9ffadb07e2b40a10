using System.Text.Json.Serialization;
using EventPipeline.Ledger;

namespace EventPipeline.Status;

/// <summary>Whether an account's credential may read a report, as far as the last reads tell. Times are UTC.</summary>
/// <param name="Report">The report.</param>
/// <param name="State">
/// <c>usable</c>; <c>refused</c>, where the credential may not read it; <c>failed</c>, where the last read failed for
/// another reason (<c>lastError</c> of the report); <c>unread</c>, where it was never asked for.
/// </param>
public sealed record ReportAccess(string Report, string State)
{
    private const string Usable = "usable";
    private const string Refused = "refused";
    private const string Failed = "failed";
    private const string Unread = "unread";

    /// <summary>Whether the credential may not read it.</summary>
    [JsonIgnore]
    public bool IsRefused => State == Refused;

    /// <summary>Since when it is refused; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it was last refused; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastRefusedAt { get; init; }

    /// <summary>What the vendor said when it refused it; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Said { get; init; }

    /// <summary>What the vendor requires to read it, and who can give it; absent unless it is refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Remedy { get; init; }

    /// <summary>Judges one report.</summary>
    /// <param name="report">The report's name.</param>
    /// <param name="refusal">How it is refused; null where it is not.</param>
    /// <param name="freshness">What is known of its reads: a row for each id that the account was stored under.</param>
    internal static ReportAccess Create(
        string report, ReportRefusal? refusal, IReadOnlyCollection<ReportFreshness> freshness)
    {
        if (refusal is not null)
        {
            return new ReportAccess(report, Refused)
            {
                Since = refusal.Since,
                LastRefusedAt = refusal.LastRefusedAt,
                Said = refusal.Refusal.Said,
                Remedy = refusal.Refusal.Remedy,
            };
        }

        var (read, failed) = (freshness.Max(one => one.LastReadBegan), freshness.Max(one => one.LastErrorAt));
        return new ReportAccess(report, failed is not null && !(failed < read) ? Failed
            : read is not null ? Usable
            : Unread);
    }
}

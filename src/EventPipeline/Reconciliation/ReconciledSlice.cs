using System.Text.Json.Serialization;

namespace EventPipeline.Reconciliation;

/// <summary>A day of a report: what its vendor says that it adds up to, and what the views show.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report.</param>
/// <param name="Day">The UTC day.</param>
/// <param name="State">One of <see cref="ReconciliationState"/>.</param>
internal sealed record ReconciledSlice(string Vendor, string Account, string Report, DateOnly Day, string State)
{
    /// <summary>What the vendor says; null where it was not read.</summary>
    public DayTotal? Told { get; init; }

    /// <summary>What the views show; null where the day is not loaded.</summary>
    public DayTotal? Shown { get; init; }

    /// <summary>
    /// The report that the views show in its place, because that one was read last; null for the report itself.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ShownReport { get; init; }

    /// <summary>When the read began that the views show, UTC.</summary>
    public DateTimeOffset? ReadBegan { get; init; }

    /// <summary>When the vendor stops restating the day, UTC, where it was read before that.</summary>
    public DateTimeOffset? SettlesAt { get; init; }

    /// <summary>Why the vendor could not be read, and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Said { get; init; }
}

/// <summary>How what a vendor says compares with what the views show.</summary>
internal static class ReconciliationState
{
    /// <summary>Both say the same, to the last digit.</summary>
    public const string Equal = "equal";

    /// <summary>They differ, and the vendor was to restate the day no more when it was read.</summary>
    public const string Differs = "differs";

    /// <summary>They differ, and the day was read before the vendor stopped restating it.</summary>
    public const string Restated = "restated";

    /// <summary>No read of the day was committed.</summary>
    public const string NotLoaded = "not_loaded";

    /// <summary>The vendor no longer serves the day.</summary>
    public const string NotServed = "not_served";

    /// <summary>The vendor refuses, or answers what it does not document.</summary>
    public const string Refused = "refused";

    /// <summary>The vendor could not be read now.</summary>
    public const string Unreachable = "unreachable";
}

using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>One of the activity reports of an Enterprise organisation.</summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/analytics-api</remarks>
/// <param name="Path">Its path below the analytics.</param>
/// <param name="Query">The parameters that ask for a UTC day, and for no other.</param>
/// <param name="Record">Makes a record of a row of a day.</param>
internal sealed record ActivityReport(
    string Path, Func<DateOnly, string> Query, Func<ActivityDay, Fields, ActivityRecord> Record)
{
    /// <summary>Whether every day has a row, one without activity too: a day without any is not there yet.</summary>
    public bool HasRowEachDay { get; init; }

    /// <summary>The parameters of the reports that take a single day, and the most rows that a page may have.</summary>
    public static string OneDay(DateOnly day) => FormattableString.Invariant($"date={day:yyyy-MM-dd}&limit=1000");
}

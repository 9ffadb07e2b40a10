using System.Globalization;

namespace EventPipeline.Shared;

/// <summary>A day in UTC, as people, messages and vendors write it: <c>YYYY-MM-DD</c> (ISO 8601).</summary>
public static class UtcDay
{
    private const string Format = "yyyy-MM-dd";

    /// <summary>The day that it is.</summary>
    public static DateOnly Today(this TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>Reads a day strictly: ten characters and nothing around them.</summary>
    public static bool TryParse(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    /// <summary>The day as text.</summary>
    public static string Text(this DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);
}

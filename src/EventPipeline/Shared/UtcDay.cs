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

    /// <summary>Midnight at which it begins.</summary>
    public static DateTimeOffset Start(this DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The first day of its month.</summary>
    public static DateOnly FirstOfMonth(this DateOnly day) => new(day.Year, day.Month, 1);

    /// <summary>Whether it is a Saturday or a Sunday.</summary>
    public static bool IsWeekend(this DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    /// <summary>Its month as text: <c>YYYY-MM</c>.</summary>
    public static string MonthText(this DateOnly day) => day.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>The day as text.</summary>
    public static string Text(this DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);
}

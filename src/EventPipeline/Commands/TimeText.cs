using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>Times in UTC.</summary>
internal static class TimeText
{
    /// <summary>For reading: <c>2026-11-23 06:00</c>.</summary>
    public static string Minute(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>RFC 3339, to the microsecond where it has any.</summary>
    public static string Instant(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}

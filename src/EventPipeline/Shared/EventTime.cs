using CloudNative.CloudEvents;

namespace EventPipeline.Shared;

/// <summary>Reads the timestamps that events and messages carry.</summary>
internal static class EventTime
{
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An RFC 3339 timestamp of this century, in UTC; fractions beyond 100 ns are cut.</summary>
    /// <exception cref="RejectedEventException">It is not one.</exception>
    public static DateTimeOffset Read(string text, string what)
    {
        if (!TryRead(text, out var time))
        {
            throw new RejectedEventException(
                $"{what} is not an RFC 3339 timestamp: {Shown.Quoted(text)}.",
                "Send a timestamp such as 2026-11-23T06:00:00Z.");
        }

        if (time < Earliest || time >= Latest)
        {
            throw new RejectedEventException(
                $"{what} lies outside the years 2000 to 2099: {Shown.Quoted(text)}.",
                "Send when it happened, such as 2026-11-23T06:00:00Z.");
        }

        return time;
    }

    /// <summary>Reads an RFC 3339 timestamp, in UTC.</summary>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        try
        {
            time = ((DateTimeOffset)CloudEventAttributeType.Timestamp.Parse(text)).ToUniversalTime();
            return true;
        }
        catch (Exception ex) when (ex is FormatException or ArgumentException)
        {
            time = default;
            return false;
        }
    }
}

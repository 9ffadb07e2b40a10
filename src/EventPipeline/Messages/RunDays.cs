using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Messages;

/// <summary>Checks the days that a run requests. A day is UTC and closed: it ended before the event happened.</summary>
/// <param name="arguments">Where mistakes are noted.</param>
/// <param name="today">The event's UTC day.</param>
internal sealed partial class RunDays(RunArguments arguments, DateOnly today)
{
    private const int MaxDays = 366;

    // No AI vendor has data that old; it keeps date arithmetic away from the start of the calendar.
    private static readonly DateOnly Earliest = new(2000, 1, 1);

    private DateOnly LastClosed => today.AddDays(-1);

    /// <summary>The requested days; mistakes are noted, not thrown.</summary>
    public (int? Days, DateOnly? From, DateOnly? To) Read()
    {
        var days = arguments.Days();
        var fromText = arguments.Text("from", $"{LastClosed:yyyy-MM-dd}");
        var from = Day("from", fromText);
        var to = Day("to", arguments.Text("to", $"{LastClosed:yyyy-MM-dd}"));
        if (fromText is null)
        {
            return (days ?? 1, null, to);
        }

        if (days is not null)
        {
            arguments.Reject("days and from cannot be combined.", "Send days, or from with to.");
        }

        var last = to ?? LastClosed;
        if (from > last)
        {
            arguments.Reject(
                $"to ({last:yyyy-MM-dd}) is before from ({from:yyyy-MM-dd}).",
                "Send from and to in order; to is inclusive.");
        }
        else if (from is { } first && last.DayNumber - first.DayNumber >= MaxDays)
        {
            arguments.Reject(
                $"from {first:yyyy-MM-dd} to {last:yyyy-MM-dd} spans {last.DayNumber - first.DayNumber + 1} days; "
                + $"one run covers at most {MaxDays}.",
                $"Split it: the first run can end at {first.AddDays(MaxDays - 1):yyyy-MM-dd}.");
        }

        return (null, from, to);
    }

    private DateOnly? Day(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (Parts().Match(text) is not { Success: true } parts)
        {
            arguments.Reject(
                $"{name} must be a date as YYYY-MM-DD, not {Shown.Quoted(text)}.",
                $"Send {name} as {LastClosed:yyyy-MM-dd}.");
            return null;
        }

        int Part(int group) => int.Parse(parts.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var (year, month, dayOfMonth) = (Part(1), Part(2), Part(3));
        if (year < Earliest.Year || month is < 1 or > 12 || dayOfMonth < 1)
        {
            arguments.Reject(
                $"{name} is {text}, which is out of range.",
                $"Send a day between {Earliest:yyyy-MM-dd} and {LastClosed:yyyy-MM-dd}.");
            return null;
        }

        var lastOfMonth = DateTime.DaysInMonth(year, month);
        if (dayOfMonth > lastOfMonth)
        {
            arguments.Reject(
                $"{name} is {text}, a day that does not exist.",
                $"The last day of that month is {text[..8]}{lastOfMonth:00}.");
            return null;
        }

        var day = new DateOnly(year, month, dayOfMonth);
        if (day >= today)
        {
            arguments.Reject(
                $"{name} is {text}, a day that is not closed: the event is dated {today:yyyy-MM-dd} (UTC).",
                $"The last closed day is {LastClosed:yyyy-MM-dd}.");
            return null;
        }

        return day;
    }

    [GeneratedRegex(@"\A([0-9]{4})-([0-9]{2})-([0-9]{2})\z")]
    private static partial Regex Parts();
}

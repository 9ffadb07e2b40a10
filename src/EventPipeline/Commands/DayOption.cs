using System.CommandLine;
using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>Options that take a UTC day.</summary>
internal static class DayOption
{
    private const int MaxCount = 3_650;

    /// <summary>An option that takes a day.</summary>
    public static Option<DateOnly?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (UtcDay.TryParse(text, out var day))
            {
                return day;
            }

            argument.AddError($"{name} is '{Shown.Plain(text, 80)}', not a date such as 2026-11-30.");
            return null;
        },
    };

    /// <summary>
    /// <c>--since</c>: the first of some days, weeks or months until yesterday, or the first day itself.
    /// </summary>
    /// <param name="clock">Says what day it is, UTC.</param>
    /// <param name="more">The rest of the description.</param>
    public static Option<DateOnly?> Since(TimeProvider clock, string more) => new("--since")
    {
        Description = $"How far back: days (7d), weeks (4w) or months (3m) until yesterday, or the first day. {more}",
        HelpName = "7d",
        CustomParser = argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (First(text, clock.Today()) is { } day)
            {
                return day;
            }

            argument.AddError(
                $"--since is '{Shown.Plain(text, 80)}': give days (7d), weeks (4w) or months (3m), or a day such as "
                + "2026-11-01.");
            return null;
        },
    };

    private static DateOnly? First(string text, DateOnly today)
    {
        if (UtcDay.TryParse(text, out var day))
        {
            return day;
        }

        return text.Length > 1
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= MaxCount
                ? text[^1] switch
                {
                    'd' => today.AddDays(-count),
                    'w' => today.AddDays(-7 * count),
                    'm' => today.AddMonths(-count),
                    _ => null,
                }
                : null;
    }
}

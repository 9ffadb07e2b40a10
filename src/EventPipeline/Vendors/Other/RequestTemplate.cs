using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// A text in a request, with what stands for the days that are asked for: <c>{from}</c> and <c>{to}</c>, the first and
/// the last of them, and <c>{until}</c>, the day after. They are dates; <c>{from:rfc3339}</c>, <c>{from:unix}</c> and
/// <c>{from:unix_ms}</c> are times, UTC, and those of <c>to</c> the last millisecond of the day, or its last second.
/// </summary>
internal static partial class RequestTemplate
{
    private const string Known = "{from}, {to}, {until}, alone or with :rfc3339, :unix or :unix_ms";

    /// <summary>Whether it names days.</summary>
    public static bool AsksForDays(string text) => Placeholder().IsMatch(text);

    /// <summary>What is wrong with it, after its name; null when nothing is.</summary>
    public static string? Mistake(string text) =>
        Braces().Matches(text).FirstOrDefault(braces => !Placeholder().IsMatch(braces.Value)) is { } unknown
            ? $"has '{unknown.Value}', which stands for nothing: it takes {Known}."
            : null;

    /// <summary>The text for some days.</summary>
    /// <param name="text">The text.</param>
    /// <param name="window">The days.</param>
    /// <param name="escape">What is done to each value.</param>
    public static string Fill(string text, Window window, Func<string, string> escape) => Placeholder().Replace(
        text, match => escape(ValueOf(window, match.Groups["day"].Value, match.Groups["form"].Value)));

    private static string ValueOf(Window window, string day, string form)
    {
        var first = day == "from" ? window.From : day == "to" ? window.To : window.To.AddDays(1);
        var seconds = first.Start().ToUnixTimeSeconds();
        return form switch
        {
            "" => first.Text(),
            "rfc3339" => string.Create(
                CultureInfo.InvariantCulture, $"{first:yyyy-MM-dd}T{(day == "to" ? "23:59:59.999" : "00:00:00")}Z"),
            "unix" => (day == "to" ? seconds + LastOf(1) : seconds).ToString(CultureInfo.InvariantCulture),
            _ => ((seconds * 1_000) + (day == "to" ? LastOf(1_000) : 0)).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static long LastOf(long inSecond) => (86_400 * inSecond) - 1;

    [GeneratedRegex(@"\{[A-Za-z_]+(:[A-Za-z0-9_-]*)?\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\{(?<day>from|to|until)(?::(?<form>rfc3339|unix|unix_ms))?\}")]
    private static partial Regex Placeholder();
}

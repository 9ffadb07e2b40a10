using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>
/// Texts as values of BigQuery: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types.
/// </summary>
internal static partial class Values
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";

    /// <summary>A time in UTC, as DuckDB reads it.</summary>
    public static string Time(DateTime utc) => utc.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A timestamp, at most to the microsecond, with or without a zone; null when it is none.</summary>
    public static DateTime? ParseTime(ReadOnlySpan<byte> text) =>
        // The form that machines write, to the second; everything else goes the slow way.
        text.Length is 20 or 25 && (text[19..].SequenceEqual("Z"u8) || text[19..].SequenceEqual("+00:00"u8))
            && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':'
            && Digits(text[..4]) is var year and > 0 && Digits(text[5..7]) is var month and > 0 and <= 12
            && Digits(text[8..10]) is var day and > 0 && day <= DateTime.DaysInMonth(year, month)
            && Digits(text[11..13]) is var hour and >= 0 and < 24
            && Digits(text[14..16]) is var minute and >= 0 and < 60
            && Digits(text[17..19]) is var second and >= 0 and < 60
            ? new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc)
            : ParseTime(Encoding.UTF8.GetString(text));

    /// <summary>A date <c>YYYY-MM-DD</c>; null when it is none.</summary>
    public static DateOnly? ParseDate(ReadOnlySpan<byte> text) =>
        text.Length == 10 && text[4] == '-' && text[7] == '-' && Digits(text[..4]) is var year and > 0
            && Digits(text[5..7]) is var month and > 0 and <= 12 && Digits(text[8..10]) is var day and > 0
            && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day) : null;

    /// <summary>The same of a text.</summary>
    public static DateTime? ParseTime(string text)
    {
        if (Timestamp().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var local = new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        try
        {
            local = new DateTime(
                Part(1, 1), Part(2, 1), Part(3, 1), Part(4, 0), Part(5, 0), Part(6, 0), DateTimeKind.Utc)
                .AddTicks(
                    match.Groups[7].Success
                        ? long.Parse(match.Groups[7].Value.PadRight(7, '0'), CultureInfo.InvariantCulture)
                        : 0);
            var offset = new TimeSpan(Part(9, 0), Part(10, 0), 0);
            return match.Groups[8].Value == "-" ? local + offset : local - offset;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        int Part(int group, int otherwise) =>
            match.Groups[group].Success
                ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture)
                : otherwise;
    }

    /// <summary>
    /// A decimal of a type as DuckDB reads it, rounded half away from zero to the type's scale; null when it is none or
    /// has too many digits.
    /// </summary>
    public static string? RoundDecimal(string text, ColumnType type)
    {
        if (Number().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var fraction = match.Groups[3].Value;
        var exponent = 0;
        if (
            match.Groups[4].Success
                && !int.TryParse(
                    match.Groups[4].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return null;
        }

        var shift = type.Decimals - fraction.Length + (long)exponent;
        var digits = BigInteger.Parse($"0{match.Groups[2].Value}{fraction}", CultureInfo.InvariantCulture);
        if (shift > 200)
        {
            return digits.IsZero ? "0" : null;
        }

        var scaled = shift >= 0 ? digits * BigInteger.Pow(10, (int)shift)
            : shift < -2_000 ? BigInteger.Zero
            : (digits + (BigInteger.Pow(10, (int)-shift) / 2)) / BigInteger.Pow(10, (int)-shift);
        if (scaled >= BigInteger.Pow(10, type.Digits))
        {
            return null;
        }

        var all = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(type.Decimals + 1, '0');
        var sign = match.Groups[1].Value == "-" && !scaled.IsZero ? "-" : "";
        return type.Decimals == 0 ? $"{sign}{all}" : $"{sign}{all[..^type.Decimals]}.{all[^type.Decimals..]}";
    }

    /// <summary>The value as a decimal of .NET, which holds 28 digits; null when it has more.</summary>
    public static decimal? ToDecimal(string rounded)
    {
        var digits = rounded.AsSpan().TrimStart('-').TrimStart('0').Length;
        return digits <= 28
            ? decimal.Parse(
                rounded, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>A number of digits only; -1 when there is anything else.</summary>
    private static int Digits(ReadOnlySpan<byte> text)
    {
        var number = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            number = (number * 10) + c - '0';
        }

        return number;
    }

    [GeneratedRegex(
        @"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?"
            + @"(?: ?(?:[Zz]|UTC)|([+-])(\d{1,2})(?::(\d{2}))?)?)?$")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$")]
    private static partial Regex Number();
}

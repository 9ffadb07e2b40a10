using System.Globalization;
using System.Text.Json;

namespace EventPipeline.Local.DuckDb;

/// <summary>Writes the values of a result for JSON and for people: decimals exactly, times in UTC.</summary>
internal static class PrintedValue
{
    private static readonly JsonSerializerOptions OneLine = new(ApiJson.Options) { WriteIndented = false };

    /// <summary>A value as JSON takes it: times and days as text.</summary>
    public static object? FromValue(object? value) => value switch
    {
        DateTimeOffset or DateOnly => Text(value),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => FromValue(pair.Value)),
        IReadOnlyList<object?> list => list.Select(FromValue).ToList(),
        _ => value,
    };

    /// <summary>A value as text, for a cell of a table or of a CSV file; empty for null.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        decimal number => DecimalAsString.Text(number),
        DateTimeOffset time =>
            time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateOnly day => day.Text(),
        bool flag => flag ? "true" : "false",
        System.Collections.IEnumerable nested and not string => JsonSerializer.Serialize(FromValue(nested), OneLine),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

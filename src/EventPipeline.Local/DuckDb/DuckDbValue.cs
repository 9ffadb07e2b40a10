using System.Collections;
using System.Globalization;
using System.Numerics;

namespace EventPipeline.Local.DuckDb;

/// <summary>Reads what DuckDB returns as values that JSON and people can read.</summary>
internal static class DuckDbValue
{
    /// <summary>
    /// Whole numbers as <see cref="long"/>, times in UTC, lists and structures of the same, and what JSON cannot
    /// express as text.
    /// </summary>
    public static object? Plain(object? value) => value switch
    {
        null or DBNull => null,
        string or bool or decimal or long or DateOnly => value,
        BigInteger big when big >= long.MinValue && big <= long.MaxValue => (long)big,
        BigInteger big => big.ToString(CultureInfo.InvariantCulture),
        int or short or sbyte or uint or ushort or byte => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong whole => whole <= long.MaxValue ? (long)whole : whole.ToString(CultureInfo.InvariantCulture),
        float single => Plain((double)single),
        double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        DateTime moment => new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)),
        DateTimeOffset => value,
        Stream bytes => Hex(bytes),
        IDictionary map =>
            map.Keys.Cast<object>()
                .ToDictionary(key => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", key => Plain(map[key])),
        IEnumerable list => list.Cast<object?>().Select(Plain).ToList(),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Hex(Stream bytes)
    {
        using var copy = new MemoryStream();
        bytes.CopyTo(copy);
        return Convert.ToHexStringLower(copy.ToArray());
    }
}

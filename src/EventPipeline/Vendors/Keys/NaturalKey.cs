using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Keys;

/// <summary>Puts a row's natural key together: who, what, grain, bucket, and the dimensions in the grain's order.</summary>
internal static class NaturalKey
{
    /// <summary>The key of a row in a one-day bucket.</summary>
    public static string Of(FetchContext fetch, string grain, DateOnly day, params IEnumerable<(string Name, string? Value)> dimensions)
    {
        List<string?> parts =
        [
            "vendor", fetch.Window.Vendor,
            "account", fetch.AccountId,
            "report", fetch.Window.Report,
            "grain", grain,
            "bucket_start", day.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture),
            "bucket_width", BucketWidth,
        ];
        foreach (var (name, value) in dimensions)
        {
            parts.Add(name);
            parts.Add(value);
        }

        return RowKey.Of([.. parts]);
    }

    /// <summary>The only width that is asked for.</summary>
    public const string BucketWidth = "1d";

    /// <summary>Midnight UTC at which the day begins.</summary>
    public static DateTimeOffset Start(this DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}

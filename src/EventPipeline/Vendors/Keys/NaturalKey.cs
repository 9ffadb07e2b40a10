using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// Puts a row's natural key together: who, what, grain, bucket, and the dimensions in the grain's order.
/// </summary>
internal static class NaturalKey
{
    /// <summary>The key of a row in a one-day bucket.</summary>
    public static RowKey Create(
        FetchContext fetch, string grain, DateOnly day, params IEnumerable<(string Name, string? Value)> dimensions) =>
        Create(fetch, grain, Bucket.FromDay(day), dimensions);

    /// <summary>The key of a row in a bucket of any width, or of an event.</summary>
    public static RowKey Create(
        FetchContext fetch, string grain, Bucket bucket, params IEnumerable<(string Name, string? Value)> dimensions)
    {
        List<string?> parts =
        [
            "vendor", fetch.Window.Vendor,
            "account", fetch.AccountId,
            "report", fetch.Window.Report,
            "grain", grain,
            "bucket_start",
            bucket.Start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            "bucket_width", bucket.Width,
        ];
        foreach (var (name, value) in dimensions)
        {
            parts.Add(name);
            parts.Add(value);
        }

        return RowKey.Create([.. parts]);
    }
}

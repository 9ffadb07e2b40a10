using System.Globalization;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// Addresses of the bucketed endpoints: Unix seconds, and array parameters that repeat without brackets.
/// </summary>
internal static class OpenAIQuery
{
    private const int MaxBuckets = 31;

    /// <summary>Asks for the window's days; <c>end_time</c> is exclusive.</summary>
    public static string Buckets(string path, Window window, Grain grain)
    {
        var groups = string.Concat(grain.Dimensions.Select(name => $"&group_by={name}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{path}?start_time={window.Start.ToUnixTimeSeconds()}&end_time={window.End.ToUnixTimeSeconds()}")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"&bucket_width={Bucket.DayWidth}&limit={Math.Min(window.Days, MaxBuckets)}{groups}");
    }
}

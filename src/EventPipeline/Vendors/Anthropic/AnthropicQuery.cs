using System.Globalization;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>Addresses of the bucketed reports: RFC 3339, and array parameters that repeat with brackets.</summary>
internal static class AnthropicQuery
{
    private const int MaxBuckets = 31;

    /// <summary>Asks for the window's days: <c>ending_at</c> is midnight after the last wanted day.</summary>
    public static string Buckets(string path, Window window, Grain grain)
    {
        var groups = string.Join('&', grain.Dimensions.Select(name => $"group_by[]={name}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{path}?starting_at={window.Start:yyyy-MM-dd}T00:00:00Z&ending_at={window.End:yyyy-MM-dd}T00:00:00Z")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"&bucket_width={Bucket.DayWidth}&limit={Math.Min(window.Days, MaxBuckets)}&{groups}");
    }
}

using System.Diagnostics;
using System.Globalization;

namespace EventPipeline.Benchmarks;

/// <summary>
/// How much memory the whole process of the service takes at its peak for one window, whatever the window's size.
/// </summary>
internal static class WindowMemory
{
    // The container has 1 GiB; what one window may take of it, and how much more a tenfold window may take.
    private const double MaxMegabytes = 300;
    private const double MaxGrowth = 1.3;

    /// <summary>
    /// Measures each size in a service of its own and prints a table; answers 0 when the limits are kept.
    /// </summary>
    public static async Task<int> MeasureAsync(IReadOnlyList<long> sizes, CancellationToken cancellationToken)
    {
        var peaks = new List<double>();
        await Console.Out.WriteLineAsync("      rows   seconds   peak MB   of the first");
        foreach (var rows in sizes)
        {
            await using var vendor = await BulkVendor.StartAsync(rows, cancellationToken);
            await using var cloud = await Cloud.StartAsync(vendor.Address, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            await cloud.LoadWindowAsync(cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var landed = await cloud.CountRowsAsync(cancellationToken);
            if (landed != rows)
            {
                throw new InvalidOperationException($"Of {rows} rows {landed} are there.");
            }

            peaks.Add(cloud.PeakMegabytes);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{rows,10}{seconds,10:0.0}{peaks[^1],10:0.0}{peaks[^1] / peaks[0],15:0.00}"));
        }

        var isKept = peaks.Max() <= MaxMegabytes && peaks.Max() <= MaxGrowth * peaks[0];
        await Console.Out.WriteLineAsync(isKept
            ? $"Within {MaxMegabytes} MB and {MaxGrowth} times the first."
            : $"NOT within {MaxMegabytes} MB and {MaxGrowth} times the first.");
        return isKept ? 0 : 1;
    }
}

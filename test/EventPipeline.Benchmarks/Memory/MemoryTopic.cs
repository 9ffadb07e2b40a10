using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Vendors;

namespace EventPipeline.Benchmarks.Memory;

/// <summary>
/// How much memory the whole process of the deployable takes: idle, and at its peak for one window, whatever the
/// window's size.
/// </summary>
internal static class MemoryTopic
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("Memory");
        var idle = table.Add("idle, resident", "MB", null, Goal.AtMost(90));
        var tenth = table.Add("window of 100,000 rows, peak", "MB");
        var million = table.Add("window of 1,000,000 rows, peak", "MB", tenth, Goal.AtMost(150));
        for (var round = 1; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"Memory: round {round} of {bench.Rounds} …");
            await MeasureAsync(bench, bench.Size(full: 100_000, smoke: 70), tenth, idle, cancellationToken);
            if (!bench.IsSmoke)
            {
                await MeasureAsync(bench, rows: 1_000_000, million, idle: null, cancellationToken);
            }
        }

        return [table];
    }

    /// <summary>Measures one window in a service of its own.</summary>
    private static async Task MeasureAsync(
        Bench bench, int rows, Line peak, Line? idle, CancellationToken cancellationToken)
    {
        await using var vendor = await BulkVendor.StartAsync(rows, cancellationToken);
        await using var cloud = await Cloud.StartAsync(bench, vendor.Settings, cancellationToken);
        await using var service = await cloud.StartServiceAsync(cancellationToken);
        if (idle is not null)
        {
            await Task.Delay(bench.IsSmoke ? TimeSpan.Zero : Rest, cancellationToken);
            idle.Add(service.Process.ResidentMegabytes);
        }

        await service.FetchAsync(new FetchMessage(FetchMessage.NewRun(), Report.Messages.Name), cancellationToken);
        var landed = await cloud.Google.CountAsync("SELECT COUNT(*) FROM usage", cancellationToken);
        peak.Add(landed == rows
            ? service.Process.PeakMegabytes
            : throw new InvalidOperationException($"Of {rows} rows {landed} are there."));
    }
}

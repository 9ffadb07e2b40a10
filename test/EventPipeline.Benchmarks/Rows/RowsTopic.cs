using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Vendors;

namespace EventPipeline.Benchmarks.Rows;

/// <summary>
/// What a row costs from the vendor's bytes to the upload, in CPU of the service's process alone, beside baselines on
/// the same bytes; and what it costs to read again what has not changed, or only on one day.
/// </summary>
internal static class RowsTopic
{
    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var rows = bench.Size(full: 100_000, smoke: 210);
        await using var vendor = await BulkVendor.StartAsync(rows, cancellationToken);
        await using var cloud = await Cloud.StartAsync(bench, vendor.Settings, cancellationToken);
        await using var deployable = await cloud.StartServiceAsync(cancellationToken);
        await using var local = await RunningService.StartLocalAsync(bench, vendor.Settings, cancellationToken);
        List<ReportFigures> reports = [new(Report.Messages, rows), new(Report.Costs, rows)];

        // The first round warms up: what is compiled while it runs is compiled by then.
        for (var round = bench.IsSmoke ? 1 : 0; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"A row: round {round} of {bench.Rounds} …");
            foreach (var report in reports)
            {
                var values = new RoundOfRows(report, vendor, new Edition(round + 1, RestatesLastDay: false));
                values.MeasureBaselines(Path.Combine(bench.Folder.FullName, "rows.ndjson"));
                await values.MeasureAsync(deployable, report.Deployable, cloud.Google, cancellationToken);
                await values.MeasureAsync(local, report.Local, standIn: null, cancellationToken);
                if (round > 0)
                {
                    values.Keep();
                }
            }
        }

        return [.. reports.Select(report => report.Table)];
    }
}

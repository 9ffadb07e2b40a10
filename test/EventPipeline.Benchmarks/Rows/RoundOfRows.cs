using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Rows.Baselines;
using EventPipeline.Benchmarks.Vendors;

namespace EventPipeline.Benchmarks.Rows;

/// <summary>One round of one report: everything once, over the same page.</summary>
internal sealed class RoundOfRows(ReportFigures figures, BulkVendor vendor, Edition edition)
{
    private readonly List<(Line Line, double Value)> _values = [];

    private int Rows => figures.Rows;

    /// <summary>Measures the baselines in this process.</summary>
    /// <param name="file">Where the one that writes a file writes it.</param>
    public void MeasureBaselines(string file)
    {
        var page = figures.Report.ToPage(Rows, edition);
        _values.Add((figures.Bytes, (double)page.Length / Rows));
        var isMessages = figures.Report == Report.Messages;
        Measure(figures.Tokens, () => TokensOnly.Read(page) > Rows ? Rows : 0);
        Measure(
            figures.WholePage,
            () => isMessages ? WholePage.CopyMessages(page, file) : WholePage.CopyCosts(page, file));
        Measure(
            figures.OnePass,
            () => isMessages
                ? OnePass<PassingMessage>.Copy(new MemoryStream(page), Stream.Null)
                : OnePass<PassingCost>.Copy(new MemoryStream(page), Stream.Null));
    }

    /// <summary>Has a service read the page, load it, read it again, and load the one day that changes then.</summary>
    /// <param name="service">The service.</param>
    /// <param name="costs">Its figures.</param>
    /// <param name="standIn">Where its rows land, to be counted; null where nobody counts them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task MeasureAsync(
        RunningService service,
        ReportFigures.ServiceFigures costs,
        StandIn? standIn,
        CancellationToken cancellationToken)
    {
        vendor.Edition = edition;
        await FetchAsync("dry_run", costs.Read, costs.AllocatedRead);
        var before = await CountAsync();
        await FetchAsync("production", costs.Loaded, costs.AllocatedLoaded);
        var loaded = await CountAsync();
        await FetchAsync("production", costs.Unchanged, allocated: null);
        if (loaded - before != (standIn is null ? 0 : Rows) || await CountAsync() != loaded)
        {
            throw new InvalidOperationException(
                $"Of {Rows} rows {loaded - before} were loaded, or they were loaded twice.");
        }

        vendor.Edition = edition with { RestatesLastDay = true };
        await FetchAsync("production", costs.OneDay, allocated: null);
        if (standIn is not null)
        {
            _values.Add((costs.OneDayWritten, (double)(await CountAsync() - loaded) / Rows));
        }

        async Task FetchAsync(string mode, Line cpu, Line? allocated)
        {
            var message = new FetchMessage(FetchMessage.NewRun(), figures.Report.Name, mode);
            var (micros, bytes) = (
                service.Process.CpuSeconds * 1e6, await service.AllocatedBytesAsync(cancellationToken));
            await service.FetchAsync(message, cancellationToken);
            _values.Add((cpu, ((service.Process.CpuSeconds * 1e6) - micros) / Rows));
            if (allocated is not null)
            {
                _values.Add((allocated, (await service.AllocatedBytesAsync(cancellationToken) - bytes) / Rows));
            }
        }

        async Task<long> CountAsync() => standIn is null
            ? 0
            : await standIn.CountAsync($"SELECT COUNT(*) FROM {figures.Report.Table}", cancellationToken);
    }

    /// <summary>Enters the round into the figures.</summary>
    public void Keep() => _values.ForEach(measured => measured.Line.Add(measured.Value));

    private void Measure(Line line, Func<long> baseline)
    {
        var before = Environment.CpuUsage.TotalTime;
        var read = baseline();
        _values.Add((line, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Rows));
        if (read != Rows)
        {
            throw new InvalidOperationException($"Of {Rows} rows the baseline '{line.Name}' read {read}.");
        }
    }
}

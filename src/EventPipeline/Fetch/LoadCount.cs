using EventPipeline.Load;
using EventPipeline.Telemetry;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>Counts in the metrics what loads made visible, each once.</summary>
internal sealed partial class LoadCount(
    IWarehouse warehouse,
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    ILogger<FetchHandler> logger)
{
    /// <summary>Asks the dataset, and counts. The loads are committed; counting them must not fail anything.</summary>
    public async Task AskAsync(IReadOnlyList<CommittedLoad> loads, RunMode mode, CancellationToken cancellationToken)
    {
        if (loads.Count == 0)
        {
            return;
        }

        try
        {
            var visible = await warehouse.QueryAsync(
                datasets.Value.For(mode), CommittedLoad.Visible(loads), cancellationToken);
            Count(loads, visible, mode);
        }
        catch (Exception uncounted) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var load in loads)
            {
                CountLog.Uncounted(logger, uncounted, load.Window);
            }
        }
    }

    /// <summary>Counts by what the dataset has answered.</summary>
    public void Count(IReadOnlyList<CommittedLoad> loads, IReadOnlyList<Row> visible, RunMode mode)
    {
        foreach (var (load, first, again) in CommittedLoad.Read(loads, visible))
        {
            metrics.Loaded(load.Window, mode, again: false, first.Rows, first.Tokens, first.Money);
            metrics.Loaded(load.Window, mode, again: true, again.Rows, again.Tokens, again.Money);
        }
    }

    private static partial class CountLog
    {
        [LoggerMessage(3, LogLevel.Warning, "{Window} was loaded, but could not be counted in the metrics.")]
        public static partial void Uncounted(ILogger logger, Exception exception, Window window);
    }
}

using System.Text.Json;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>The table <c>run_events</c> of each dataset. Append-only.</summary>
internal sealed class RunEvents(IWarehouse warehouse, IOptions<DatasetOptions> datasets, TimeProvider clock)
{
    /// <summary>The events of a run in the dataset of a mode.</summary>
    public Task<IReadOnlyList<Row>> OfAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        QueryAsync(datasets.Value.For(mode), runId, cancellationToken);

    /// <summary>The events of a run, in whichever dataset it is; empty if the run is unknown.</summary>
    public async Task<IReadOnlyList<Row>> FindAsync(string runId, CancellationToken cancellationToken)
    {
        foreach (var dataset in datasets.Value.All)
        {
            if (await QueryAsync(dataset, runId, cancellationToken) is { Count: > 0 } events)
            {
                return events;
            }
        }

        return [];
    }

    /// <summary>The mode of a run, in whichever dataset it is; null if the run is unknown.</summary>
    public async Task<RunMode?> FindModeAsync(string runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) is [var first, ..]
            && RunModeNames.TryParse(first.Text("mode"), out var mode)
            ? mode
            : null;

    /// <summary>
    /// The run whose trigger has this time, in whichever dataset; null where none was planned for it.
    /// </summary>
    public async Task<string?> FindPlannedAsync(DateTimeOffset requestedAt, CancellationToken cancellationToken)
    {
        var text = $"\"requestedAt\":{JsonSerializer.Serialize(requestedAt.ToUniversalTime())}";
        foreach (var dataset in datasets.Value.All)
        {
            if (
                await warehouse.QueryAsync(
                    dataset, Statement.Create("find_planned_run", ("requested_at", text)), cancellationToken) is
                [
                    var run,
                    ..,
                ])
            {
                return run.Text("run_id");
            }
        }

        return null;
    }

    /// <summary>The events of the newest runs of a dataset.</summary>
    public Task<IReadOnlyList<Row>> RecentAsync(string dataset, int runs, CancellationToken cancellationToken) =>
        warehouse.QueryAsync(dataset, Statement.Create("recent_run_events", ("limit", (long)runs)), cancellationToken);

    /// <summary>Inserts events once: a repetition under the same id changes nothing.</summary>
    public Task InsertAsync(
        RunMode mode,
        string statementId,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows,
        CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(
            datasets.Value.For(mode), statementId, Statement.Insert("insert_run_events", rows), cancellationToken);

    /// <summary>The columns of an event that happens now; everything beyond its name is null.</summary>
    public Dictionary<string, object?> Create(string runId, string name, RunMode mode, Window? window = null) => new()
    {
        ["run_id"] = runId,
        ["event"] = name,
        ["mode"] = mode.Name(),
        ["window_id"] = window?.Id,
        ["vendor"] = window?.Vendor,
        ["account"] = window?.Account,
        ["report"] = window?.Report,
        ["window_start"] = window?.From,
        ["window_end"] = window?.To,
        ["state"] = null,
        ["row_count"] = null,
        ["tokens"] = null,
        ["amount_usd"] = null,
        ["estimated_usd"] = null,
        ["load_id"] = null,
        ["attempt"] = null,
        ["reason"] = null,
        ["details"] = null,
        ["message_id"] = null,
        ["recorded_at"] = clock.GetUtcNow(),
    };

    private Task<IReadOnlyList<Row>> QueryAsync(string dataset, string runId, CancellationToken cancellationToken) =>
        warehouse.QueryAsync(dataset, Statement.Create("run_events", ("run_id", runId)), cancellationToken);
}

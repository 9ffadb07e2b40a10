using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// The windows that wait: a table takes so many load jobs a day, and daily runs come first. What a run leaves waiting,
/// later runs publish.
/// </summary>
internal sealed class Backlog(
    IWarehouse warehouse, IOptions<DatasetOptions> datasets, RunEvents ledger, RunNews news, TimeProvider clock)
{
    // BigQuery refills a table's quota over the course of a day; tomorrow's tick may come a little sooner than today's.
    private static readonly TimeSpan Day = TimeSpan.FromHours(23);

    // How long a run may wait. A hundred thousand windows take three months.
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(400);

    /// <summary>What was published within a day, and who waits, in the dataset of a mode.</summary>
    public async Task<BacklogState> FindAsync(RunMode mode, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode),
            Statement.Create("backlog", ("since", now - Lookback), ("day", now - Day)),
            cancellationToken);
        return new BacklogState(
            Math.Max(0, rows.Sum(row => row.GetInt64("published"))),
            [
                .. from row in rows
                   where row.TimestampOrNull("waited_at") is { } waited
                       && !(row.TimestampOrNull("completed_at") > waited)
                       && row.IsNull("cancelled_at")
                       && !RunHistory.IsPaused(row.TimestampOrNull("paused_at"), row.TimestampOrNull("resumed_at"))
                   select row.Text("run_id"),
            ]);
    }

    /// <summary>The windows of a run that wait, in the plan's order.</summary>
    public async Task<IReadOnlyList<PlannedWindow>> WaitingAsync(
        string runId, RunMode mode, CancellationToken cancellationToken) =>
        [.. WindowWaits.Of(runId, await ledger.OfAsync(runId, mode, cancellationToken))];

    /// <summary>
    /// Gives back the load jobs of a run that its pause has kept from being used. Repeated, it gives back nothing more.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="loadsOf">How many load jobs per table windows take together.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RecordUnusedAsync(
        string runId,
        RunMode mode,
        Func<IReadOnlyList<PlannedWindow>, long> loadsOf,
        CancellationToken cancellationToken)
    {
        var rows = WindowWaits.Unused(runId, await ledger.OfAsync(runId, mode, cancellationToken))
            .Select(counted =>
            {
                var row = ledger.Create(runId, RunHistory.LoadsUnused, mode);
                (row["recorded_at"], row["row_count"]) = (counted.Key, loadsOf([.. counted]));
                return (IReadOnlyDictionary<string, object?>)row;
            })
            .ToList();
        foreach (var some in rows.Chunk(RunEvents.MaxRowsPerInsert))
        {
            var what = some.Select(row => $"{row["recorded_at"]:O} {row["row_count"]}");
            await ledger.InsertAsync(
                mode, RunEvents.IdOf(["unused", runId, .. what]), some, cancellationToken);
        }
    }

    /// <summary>
    /// Records that windows which waited were published: the first of each message with the load jobs that it may take.
    /// Recorded twice, they count twice.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="groups">The windows of each message, and how many load jobs per table it may take.</param>
    /// <param name="began">
    /// When publishing them began, UTC: one that meets a quota before all are recorded waits again.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RecordPublishedAsync(
        string runId,
        RunMode mode,
        IEnumerable<(int Loads, IReadOnlyList<PlannedWindow> Windows)> groups,
        DateTimeOffset began,
        CancellationToken cancellationToken)
    {
        var rows = groups.SelectMany(group => group.Windows.Select((planned, place) =>
        {
            var row = ledger.Create(runId, RunHistory.WindowPublished, mode, planned.Window);
            row["recorded_at"] = began;
            row["row_count"] = place == 0 ? (long)group.Loads : 0L;
            return row;
        }));
        foreach (var some in rows.Chunk(RunEvents.MaxRowsPerInsert))
        {
            await ledger.AppendAsync(mode, "published", some, cancellationToken);
        }
    }

    /// <summary>
    /// Records that a window met a quota and waits for a later run to publish it, as it was asked for.
    /// </summary>
    public async Task RecordWaitingAsync(
        FetchRequested message, string reason, Delivery delivery, CancellationToken cancellationToken)
    {
        await RecordWaitingAsync([message], reason, delivery, cancellationToken);
        news.WindowWaits(
            message.RunId, message.Mode, message.Window, reason, delivery.Attempt, delivery.MessageId);
    }

    /// <summary>Records that the windows of a message wait, because their run is paused.</summary>
    public Task RecordPausedAsync(FetchRequested message, Delivery delivery, CancellationToken cancellationToken) =>
        RecordWaitingAsync([.. message.Each()], WindowWaits.Paused, delivery, cancellationToken);

    /// <summary>The same of windows of which it is not known whether they were published.</summary>
    public async Task RecordPausedAsync(
        string runId, RunMode mode, IEnumerable<Window> windows, CancellationToken cancellationToken)
    {
        foreach (var some in windows.Chunk(RunEvents.MaxRowsPerInsert))
        {
            var rows = some.Select(window =>
            {
                var row = ledger.Create(runId, RunHistory.WindowWaiting, mode, window);
                row["reason"] = WindowWaits.Paused;
                return (IReadOnlyDictionary<string, object?>)row;
            });
            await ledger.AppendAsync(mode, "waiting", [.. rows], cancellationToken);
        }
    }

    private Task RecordWaitingAsync(
        IReadOnlyList<FetchRequested> windows, string reason, Delivery delivery, CancellationToken cancellationToken)
    {
        var mode = windows[0].Mode;
        var rows = windows.Select(message =>
        {
            var row = ledger.Create(
                message.RunId,
                RunHistory.WindowWaiting,
                mode,
                message.Window,
                delivery.Attempt,
                delivery.MessageId);
            row["reason"] = reason;
            row["details"] = JsonSerializer.Serialize(message, MessageJson.Default.FetchRequested);
            return (IReadOnlyDictionary<string, object?>)row;
        });
        return ledger.AppendAsync(mode, "waiting", [.. rows], cancellationToken);
    }
}

/// <summary>What was published lately of what may wait, and who still does.</summary>
/// <param name="Published">
/// Load jobs per table that were published for within a day, beyond what daily runs need.
/// </param>
/// <param name="Runs">The runs that may have windows which wait, oldest first.</param>
internal sealed record BacklogState(long Published, IReadOnlyList<string> Runs);

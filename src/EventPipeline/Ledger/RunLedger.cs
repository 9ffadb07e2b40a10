using System.Text.Json;
using EventPipeline.DeadLetters;
using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// What happened to every run and window, in the dataset of its mode. Append-only: a repeated record is harmless,
/// because a run's document does not depend on how often or in which order its events were recorded.
/// </summary>
internal sealed class RunLedger(
    IWarehouse warehouse,
    IOptions<DatasetOptions> datasets,
    RunEvents ledger,
    RunCompletion completion,
    RunNews news,
    TimeProvider clock)
{
    /// <summary>
    /// The newest committed read of every slice in a range of days. One that lies in the future settles nothing: when
    /// it began is not known.
    /// </summary>
    public async Task<IReadOnlyDictionary<Slice, SliceRead>> SlicesReadAsync(
        RunMode mode, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode), Statement.Create("slices_read", ("from", from), ("to", to)), cancellationToken);
        var now = clock.GetUtcNow();
        return rows
            .ToDictionary(
                row => new Slice(
                    row.Text("vendor"), row.Text("account_id"), row.Text("report"), row.Date("usage_date")),
                row => new SliceRead(
                    row.Timestamp("read_began") is var began && began <= now ? began : DateTimeOffset.MinValue,
                    row.Flag("pinned"),
                    row.GetInt64("row_count")));
    }

    /// <summary>
    /// Records that a run was requested manually, so that it can be seen before its trigger has arrived.
    /// </summary>
    public Task RecordRequestedAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        ledger.InsertAsync(
            mode, $"requested_{runId}", [ledger.Create(runId, RunHistory.Requested, mode)], cancellationToken);

    /// <summary>Whether a window of a dry run, which commits nothing, has succeeded before.</summary>
    public Task<bool> HasSucceededAsync(
        string runId, RunMode mode, Window window, CancellationToken cancellationToken) =>
        ledger.HasSucceededAsync(runId, mode, window, cancellationToken);

    /// <summary>
    /// Records how a window ended that has not committed its end. A window succeeds once per run; it is refused or
    /// rejected once per message and reason, so that a replay that is rejected too is reported.
    /// </summary>
    public Task RecordEndAsync(
        string runId,
        RunMode mode,
        Window window,
        WindowEnd end,
        int? attempt,
        string? messageId,
        CancellationToken cancellationToken) =>
        RecordEndAsync(
            EndIdOf(runId, mode, window, end, messageId),
            runId,
            mode,
            window,
            end,
            attempt,
            messageId,
            cancellationToken);

    private static string EndIdOf(string runId, RunMode mode, Window window, WindowEnd end, string? messageId) =>
        RunEvents.IdOf(
            [
                runId,
                mode.Name(),
                window.Id,
                .. WindowState.IsSuccess(end.State) ? ["succeeded"] : new[] { end.State, messageId, end.Reason },
            ]);

    private async Task RecordEndAsync(
        string endId,
        string runId,
        RunMode mode,
        Window window,
        WindowEnd end,
        int? attempt,
        string? messageId,
        CancellationToken cancellationToken)
    {
        var row = ledger.Create(runId, RunHistory.WindowEnded, mode, window, attempt, messageId);
        row["state"] = end.State;
        row["row_count"] = end.Rows;
        row["tokens"] = end.Tokens;
        row["amount_usd"] = end.Money.BilledUsd;
        row["estimated_usd"] = end.Money.EstimatedUsd;
        row["load_id"] = end.LoadId;
        row["reason"] = end.Reason;
        row["details"] = JsonSerializer.Serialize(
            end.Details with { OtherUsd = end.Money.OtherUsd }, EndDetailsJson.Default.EndDetails);

        // Deliveries of one message all insert under one id, and one of them reports it.
        if (await ledger.InsertAsync(mode, $"end_{endId}", [row], cancellationToken))
        {
            news.WindowEnded(runId, mode, window, end, attempt, messageId);
        }
    }

    /// <summary>Records that an attempt failed and that the window will be retried.</summary>
    public Task RecordFailedAttemptAsync(
        string runId,
        RunMode mode,
        Window window,
        string reason,
        int? attempt,
        string? messageId,
        CancellationToken cancellationToken)
    {
        news.AttemptFailed(runId, mode, window, reason, attempt, messageId);
        var row = ledger.Create(runId, RunHistory.AttemptFailed, mode, window, attempt, messageId);
        row["reason"] = reason;
        return ledger.AppendAsync(mode, "failed", [row], cancellationToken);
    }

    /// <summary>
    /// Records that some days of a window are committed and another message was published for the rest: a run that goes
    /// on is not silent.
    /// </summary>
    public Task RecordContinuedAsync(
        string runId,
        RunMode mode,
        Window window,
        int? attempt,
        string? messageId,
        CancellationToken cancellationToken) =>
        ledger.AppendAsync(
            mode,
            "continued",
            [ledger.Create(runId, RunHistory.WindowContinued, mode, window, attempt, messageId)],
            cancellationToken);

    /// <inheritdoc cref="WindowRenewed"/>
    public Task RecordRenewedAsync(
        string runId,
        RunMode mode,
        Window window,
        string reason,
        string? messageId,
        CancellationToken cancellationToken)
    {
        var row = ledger.Create(runId, RunHistory.WindowRenewed, mode, window, attempt: null, messageId);
        row["reason"] = reason;
        return ledger.AppendAsync(mode, "renewed", [row], cancellationToken);
    }

    /// <inheritdoc cref="WindowGaveUp"/>
    public async Task RecordGivenUpAsync(
        string endId, GivenUpWindow givenUp, bool isRejected, string reason, CancellationToken cancellationToken)
    {
        var (runId, named, window) = givenUp;
        if ((named ?? await ledger.FindModeAsync(runId, cancellationToken)) is not { } mode)
        {
            return; // The door has reported it; no run waits for it.
        }

        var events = await ledger.OfAsync(runId, mode, cancellationToken);
        var (state, why) = (WindowState.Rejected, reason);
        if (!isRejected)
        {
            (state, why) = (
                WindowState.Failed,
                RunHistory.LastFailure(events, window.Id)?.Reason is { } last
                    ? $"{reason} The last attempt: {last}"
                    : reason);
        }

        // The attempt that read the vendor has recorded the rejection itself, and a repeated letter its end.
        if (RunHistory.Ends(events, window.Id).Any(row => isRejected || row.TextOrNull("reason") == why))
        {
            await completion.CompleteWhenAllEndedAsync(runId, mode, window.Id, cancellationToken);
            return;
        }

        await RecordEndAsync(endId, runId, mode, window, WindowEnd.Failure(state, why), null, null, cancellationToken);
        await completion.CompleteWhenAllEndedAsync(runId, mode, window.Id, cancellationToken);
    }

    /// <inheritdoc cref="LastFailure"/>
    public async Task<FailedAttempt?> FindLastFailureAsync(
        GivenUpWindow givenUp, CancellationToken cancellationToken) =>
        givenUp.Mode is { } mode
            ? RunHistory.LastFailure(await ledger.OfAsync(givenUp.RunId, mode, cancellationToken), givenUp.Window.Id)
            : null;
}

using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>
/// Reads one window and loads it. Doing so twice, concurrently or after an interruption anywhere, leaves the same
/// views.
/// </summary>
internal sealed partial class FetchHandler(
    WindowAttempt attempt,
    AccountIdentities identities,
    IWarehouse warehouse,
    RunLedger ledger,
    RunCompletion completion,
    Backlog backlog,
    RunNews news,
    WindowsAtWork atWork,
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <exception cref="RejectedEventException">
    /// It can never succeed as it stands. Names that nobody configured are rejected before anything is asked or
    /// recorded: the dead letter ends the window.
    /// </exception>
    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var (runId, mode, window, delivery) = (message.RunId, message.Mode, message.Window, received.Delivery);
        RunSpan.Describe(runId, mode);
        RunSpan.Describe(window);
        var source = attempt.Find(message);
        var began = clock.GetTimestamp();
        WindowEnding? ending;
        try
        {
            ending = await EndAsync(message, source, delivery, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (mode != RunMode.DryRun && failure is TransientFailureException { IsQuotaExhausted: true })
            {
                metrics.Attempted(window, mode, WindowDocument.Waiting, clock.GetElapsedTime(began));
                await backlog.RecordWaitingAsync(runId, mode, window, failure.Message, delivery, cancellationToken);
                return;
            }

            metrics.Attempted(window, mode, RunHistory.AttemptFailed, clock.GetElapsedTime(began));
            await TellAsync(failure, message, mode, delivery, cancellationToken);
            throw;
        }

        if (ending is null)
        {
            Log.AlreadyEnded(logger, window, runId);
            if (!completion.WasCompleted(runId, mode))
            {
                await completion.CompleteWhenAllEndedAsync(runId, mode, window.Id, cancellationToken);
            }

            return;
        }

        var end = ending.End with { Duration = clock.GetElapsedTime(began) };
        metrics.Attempted(window, mode, end.State, clock.GetElapsedTime(began));
        RunSpan.Ended(end.State, end.Rows);
        await RecordAsync(message, delivery, ending with { End = end }, cancellationToken);
        var (mayBeLast, toCount) = atWork.End(mode, runId, window, ending.Made);
        if (mayBeLast)
        {
            await completion.CompleteWhenAllEndedAsync(
                runId,
                mode,
                window.Id,
                toCount,
                visible =>
                {
                    Count(toCount, visible, mode);
                    toCount = [];
                },
                cancellationToken);
        }

        await CountAsync(toCount, mode, cancellationToken);

        if (ending.Rejection is { } rejection)
        {
            throw rejection; // The door keeps it as a dead letter.
        }
    }

    /// <summary>Reads a window and loads it; null if it has ended before.</summary>
    private async Task<WindowEnding?> EndAsync(
        FetchRequested message, WindowSource source, Delivery delivery, CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        WindowLookUp? lookUp = null;
        if (mode == RunMode.DryRun)
        {
            if (await ledger.HasSucceededAsync(runId, mode, window, cancellationToken))
            {
                return null;
            }
        }
        else
        {
            lookUp = await LookUpAsync(message, source.Account, cancellationToken);
            if (lookUp.HasEnded)
            {
                return null;
            }
        }

        atWork.Begin(mode, runId, window);
        try
        {
            return lookUp is not null && await ledger.FindCommitAsync(mode, lookUp, cancellationToken) is { } earlier
                ? new WindowEnding(earlier)
                : await attempt.MakeAsync(message, source, lookUp, delivery, cancellationToken);
        }
        catch (RejectedEventException rejected)
        {
            return new WindowEnding(WindowEnd.Failure(WindowState.Rejected, $"{rejected.Message} {rejected.Hint}"))
            {
                Rejection = rejected,
            };
        }
        catch
        {
            await GiveUpAsync(message, cancellationToken);
            throw;
        }
    }

    /// <summary>One question, whether the window has ended or not; who the account is may not be known yet.</summary>
    private async Task<WindowLookUp> LookUpAsync(
        FetchRequested message, Account account, CancellationToken cancellationToken)
    {
        var dataset = datasets.Value.For(message.Mode);
        var ids = await identities.StoredIdsAsync(dataset, account, cancellationToken);
        return await WindowLookUp.AskAsync(
            warehouse, dataset, message.RunId, message.Window, ids, cancellationToken);
    }

    private async Task RecordAsync(
        FetchRequested message, Delivery delivery, WindowEnding ending, CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        if (ending.IsCommitted)
        {
            if (ending.IsNews)
            {
                news.WindowEnded(runId, mode, window, ending.End, delivery.Attempt, delivery.MessageId);
            }

            return;
        }

        try
        {
            await ledger.RecordEndAsync(
                runId, mode, window, ending.End, delivery.Attempt, delivery.MessageId, cancellationToken);
        }
        catch
        {
            await GiveUpAsync(message, cancellationToken);
            throw;
        }
    }

    private async Task GiveUpAsync(FetchRequested message, CancellationToken cancellationToken)
    {
        var toCount = atWork.GiveUp(message.Mode, message.RunId, message.Window);
        if (!cancellationToken.IsCancellationRequested)
        {
            await CountAsync(toCount, message.Mode, cancellationToken);
        }
    }

    private async Task TellAsync(
        Exception failure, FetchRequested message, RunMode mode, Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.RecordFailedAttemptAsync(
                message.RunId,
                mode,
                message.Window,
                failure.Message,
                delivery.Attempt,
                delivery.MessageId,
                cancellationToken);
        }
        catch (Exception unrecorded) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Unrecorded(logger, unrecorded, message.Window, message.RunId);
        }
    }

    /// <summary>The windows are committed; counting them must not make this one fail.</summary>
    private async Task CountAsync(
        IReadOnlyList<CommittedLoad> loads, RunMode mode, CancellationToken cancellationToken)
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
                Log.Uncounted(logger, uncounted, load.Window);
            }
        }
    }

    private void Count(IReadOnlyList<CommittedLoad> loads, IReadOnlyList<Row> visible, RunMode mode)
    {
        foreach (var (load, first, again) in CommittedLoad.Read(loads, visible))
        {
            metrics.Loaded(load.Window, mode, again: false, first.Rows, first.Tokens, first.Money);
            metrics.Loaded(load.Window, mode, again: true, again.Rows, again.Tokens, again.Money);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Window} of run {RunId} had already ended.")]
        public static partial void AlreadyEnded(ILogger logger, Window window, string runId);

        [LoggerMessage(2, LogLevel.Warning, "{Window} of run {RunId} failed, and the failure could not be recorded.")]
        public static partial void Unrecorded(ILogger logger, Exception exception, Window window, string runId);

        [LoggerMessage(3, LogLevel.Warning, "{Window} was loaded, but could not be counted in the metrics.")]
        public static partial void Uncounted(ILogger logger, Exception exception, Window window);
    }
}

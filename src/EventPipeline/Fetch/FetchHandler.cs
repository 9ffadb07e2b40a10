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
    RestPublisher rest,
    AccountIdentities identities,
    IWarehouse warehouse,
    RunLedger ledger,
    ReportRefusals refusals,
    RunCompletion completion,
    Backlog backlog,
    RunDecisions decisions,
    RunNews news,
    WindowsAtWork atWork,
    LoadCount count,
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <param name="message">What is asked for: one window.</param>
    /// <param name="received">The event that asks for it.</param>
    /// <param name="hasOwnMessage">
    /// Whether the window's is the only one of its message. If not, a rejection is not its end: a message of its own
    /// asks for it again.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RejectedEventException">
    /// It can never succeed as it stands. Names that nobody configured are rejected before anything is asked or
    /// recorded: the dead letter ends the window.
    /// </exception>
    public async Task HandleAsync(
        FetchRequested message, ReceivedEvent received, bool hasOwnMessage, CancellationToken cancellationToken)
    {
        var (runId, mode, window, delivery) = (message.RunId, message.Mode, message.Window, received.Delivery);
        RunSpan.Describe(runId, mode);
        RunSpan.Describe(window);
        var source = attempt.Find(message);
        var began = clock.GetTimestamp();
        AttemptResult? result;
        try
        {
            result = await AttemptAsync(message, source, received, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (mode != RunMode.DryRun
                && failure is TransientFailureException { IsQuotaExhausted: true }
                && await decisions.AskAsync(runId, mode, window.Id, cancellationToken) != RunDecision.Cancelled)
            {
                metrics.Attempted(window, mode, WindowDocument.Waiting, clock.GetElapsedTime(began));
                await backlog.RecordWaitingAsync(message, failure.Message, delivery, cancellationToken);
                return;
            }

            metrics.Attempted(window, mode, RunHistory.AttemptFailed, clock.GetElapsedTime(began));
            await TellAsync(failure.Message, message, delivery, cancellationToken);
            throw;
        }

        switch (result)
        {
            case WindowEnding { Rejection: { } rejection } when !hasOwnMessage:
                metrics.Attempted(window, mode, RunHistory.AttemptFailed, clock.GetElapsedTime(began));
                await GiveUpAsync(message, cancellationToken);
                throw rejection;
            case WindowEnding ending:
                await EndAsync(message, ending, clock.GetElapsedTime(began), delivery, cancellationToken);
                return;
            case WindowRest { Reason: var reason }:
                var outcome = reason is null ? RunHistory.WindowContinued : RunHistory.AttemptFailed;
                metrics.Attempted(window, mode, outcome, clock.GetElapsedTime(began));
                await TellAsync(reason, message, delivery, cancellationToken);
                return;
            default:
                Log.AlreadyEnded(logger, window, runId);
                if (!completion.WasCompleted(runId, mode))
                {
                    await completion.CompleteWhenAllEndedAsync(runId, mode, window.Id, cancellationToken);
                }

                return;
        }
    }

    private async Task EndAsync(
        FetchRequested message,
        WindowEnding ending,
        TimeSpan duration,
        Delivery delivery,
        CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        var end = ending.End with { Duration = duration };
        metrics.Attempted(window, mode, end.State, duration);
        RunSpan.Ended(end.State, end.Rows);
        await RecordAsync(message, delivery, ending with { End = end }, cancellationToken);
        var (mayBeLast, toCount) = atWork.End(mode, runId, window);
        if (mayBeLast)
        {
            await completion.CompleteWhenAllEndedAsync(
                runId,
                mode,
                window.Id,
                toCount,
                visible =>
                {
                    count.Count(toCount, visible, mode);
                    toCount = [];
                },
                cancellationToken);
        }

        await count.AskAsync(toCount, mode, cancellationToken);

        if (ending.Rejection is { } rejection)
        {
            throw rejection; // The door keeps it as a dead letter.
        }
    }

    /// <summary>Reads a window and loads it; null if it has ended before.</summary>
    private async Task<AttemptResult?> AttemptAsync(
        FetchRequested message, WindowSource source, ReceivedEvent received, CancellationToken cancellationToken)
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
        AttemptResult? result;
        try
        {
            result = lookUp is { FirstOpen: null }
                ? new WindowEnding(await EndOfEarlierVersionAsync(mode, lookUp, cancellationToken))
                : await attempt.MakeAsync(message, source, lookUp, received.Delivery, cancellationToken);
            if (result is WindowRest left)
            {
                await rest.PublishAsync(left, received, cancellationToken);
            }
        }
        catch (RejectedEventException refused) when (refused.Refusal is { IsOfOneReport: true })
        {
            return new WindowEnding(WindowEnd.Refused(refused));
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

        if (result is not WindowEnding)
        {
            await GiveUpAsync(message, cancellationToken);
        }

        return result;
    }

    private async Task<WindowEnd> EndOfEarlierVersionAsync(
        RunMode mode, WindowLookUp lookUp, CancellationToken cancellationToken) =>
        (await CommittedDays.SumAsync(
            warehouse, datasets.Value.For(mode), lookUp, lookUp.Window.To.AddDays(1), cancellationToken))!;

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
            if (ending.End.Details.Refusal is { } refusal)
            {
                await refusals.NoteAsync(runId, mode, window, refusal, cancellationToken);
            }

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
            await count.AskAsync(toCount, message.Mode, cancellationToken);
        }
    }

    /// <summary>Records that the window did not end, and why; null if it only goes on.</summary>
    private async Task TellAsync(
        string? reason, FetchRequested message, Delivery delivery, CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        try
        {
            await (reason is null
                ? ledger.RecordContinuedAsync(
                    runId, mode, window, delivery.Attempt, delivery.MessageId, cancellationToken)
                : ledger.RecordFailedAttemptAsync(
                    runId, mode, window, reason, delivery.Attempt, delivery.MessageId, cancellationToken));
        }
        catch (Exception unrecorded) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Unrecorded(logger, unrecorded, window, runId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Window} of run {RunId} had already ended.")]
        public static partial void AlreadyEnded(ILogger logger, Window window, string runId);

        [LoggerMessage(2, LogLevel.Warning,
            "An attempt at {Window} of run {RunId} did not end it, and what became of it could not be recorded.")]
        public static partial void Unrecorded(ILogger logger, Exception exception, Window window, string runId);
    }
}

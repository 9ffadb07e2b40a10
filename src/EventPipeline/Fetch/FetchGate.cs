using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.Fetch;

/// <summary>
/// Lets a fetch request in if its vendor has a slot, and sees to it that no request is given up which was only kept
/// waiting: by other windows of its vendor, by its account's turn, or by a host that answers nobody. What a run asked
/// for that was cancelled is let go, and waits if it was paused; a replay does not, because somebody decided on it
/// afterwards.
/// </summary>
internal sealed partial class FetchGate(
    VendorSlots slots,
    MessageRenewal renewal,
    SharedFetch windows,
    RunDecisions decisions,
    Backlog backlog,
    ILogger<FetchGate> logger)
{
    /// <exception cref="TransientFailureException">
    /// There was no slot, and nothing was tried; or the attempt failed.
    /// </exception>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var windowCount = message.Others.Count + 1;
        switch (await DecisionAsync(message, received, cancellationToken))
        {
            case RunDecision.Cancelled:
                GateLog.Cancelled(
                    logger,
                    message.Window,
                    message.RunId,
                    message.Mode.Name(),
                    windowCount,
                    received.Delivery.MessageId);
                return;
            case RunDecision.Paused when await WaitsAsync(message, received.Delivery, cancellationToken):
                GateLog.Paused(
                    logger,
                    message.Window,
                    message.RunId,
                    message.Mode.Name(),
                    windowCount,
                    received.Delivery.MessageId);
                return;
        }

        using var slot = slots.TryTake(message.Vendor);
        if (slot is null)
        {
            await RefuseAsync(message, received, cancellationToken);
            return;
        }

        try
        {
            await windows.HandleAsync(message, received, cancellationToken);
        }
        catch (TransientFailureException failure) when (
            failure.IsHeldOff && !cancellationToken.IsCancellationRequested)
        {
            if (!await renewal.TryHeldOffAsync(message, received, failure.Message, cancellationToken))
            {
                throw;
            }
        }
    }

    /// <summary>What goes on with a window, or was published anew, is older than its message.</summary>
    private async Task<RunDecision> DecisionAsync(
        FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken) =>
        received.Attributes[FetchAttributes.Replays] is not null
            ? RunDecision.None
            : await decisions.FindAsync(
                message.RunId,
                message.Mode,
                message.StepDays is null && received.Attributes[FetchAttributes.WaitingSince] is null
                    ? received.Delivery.PublishTime
                    : null,
                message.Window.Id,
                cancellationToken);

    /// <summary>
    /// Leaves the windows waiting. If the run was resumed before that was recorded, nobody may have seen it, so the
    /// message is read all the same.
    /// </summary>
    private async Task<bool> WaitsAsync(
        FetchRequested message, Delivery delivery, CancellationToken cancellationToken)
    {
        await backlog.RecordPausedAsync(message, delivery, cancellationToken);
        return await decisions.AskAsync(message.RunId, message.Mode, message.Window.Id, cancellationToken)
            != RunDecision.None;
    }

    private async Task RefuseAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var reason = $"{message.Window}: all requests that one instance takes for {message.Vendor} are at work, so "
            + "this one was not tried.";
        if (!await renewal.TryAsync(message, received, reason, cancellationToken))
        {
            throw new TransientFailureException(reason) { IsBusy = true };
        }
    }

    private static partial class GateLog
    {
        [LoggerMessage(1, LogLevel.Information,
            "{Window} of run {RunId} is not read, nor what its message asks for besides ({Windows} windows in all): "
            + "the run was cancelled.",
            EventName = "window.cancelled")]
        public static partial void Cancelled(
            ILogger logger, Window window, string runId, string mode, int windows, string? messageId);

        [LoggerMessage(2, LogLevel.Information,
            "{Window} of run {RunId} waits, and what its message asks for besides ({Windows} windows in all): the run "
            + "is paused.",
            EventName = "window.paused")]
        public static partial void Paused(
            ILogger logger, Window window, string runId, string mode, int windows, string? messageId);
    }
}

using System.Globalization;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>
/// Publishes a fetch message anew whose deliveries are being used up although its window could not be tried: Pub/Sub
/// counts a delivery that was refused like one that failed. The old message is acknowledged afterwards; a crash in
/// between makes a duplicate, which finds the window ended.
/// </summary>
internal sealed partial class MessageRenewal(
    PublishMessages publish,
    RunLedger ledger,
    IOptions<AttemptOptions> options,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <summary>Renews a message that was refused because its vendor's slots were taken, however often.</summary>
    /// <returns>Whether it was published anew; if not, it has deliveries left.</returns>
    public Task<bool> TryAsync(
        FetchRequested message, ReceivedEvent received, string reason, CancellationToken cancellationToken) =>
        TryAsync(message, received, reason, TimeSpan.MaxValue, cancellationToken);

    /// <summary>
    /// Renews a message whose account or vendor is not to be asked, for about a day: by then the next run has asked for
    /// the same days.
    /// </summary>
    /// <returns>Whether it was published anew; if not, it has deliveries left, or they are its last.</returns>
    public Task<bool> TryHeldOffAsync(
        FetchRequested message, ReceivedEvent received, string reason, CancellationToken cancellationToken) =>
        TryAsync(message, received, reason, options.Value.HeldOffFor, cancellationToken);

    private async Task<bool> TryAsync(
        FetchRequested message,
        ReceivedEvent received,
        string reason,
        TimeSpan longest,
        CancellationToken cancellationToken)
    {
        var (now, delivery) = (clock.GetUtcNow(), received.Delivery);
        if (delivery.PublishTime is not { } published || now - published < options.Value.RenewAfter)
        {
            return false;
        }

        var since = received.Attributes[FetchAttributes.WaitingSince] is { } text
            ? EventTime.Read(text, FetchAttributes.WaitingSince)
            : published;
        if (now - since >= longest)
        {
            return false;
        }

        await publish(Topic.Fetch, [Again(message, received, since)], cancellationToken);
        RenewalLog.Renewed(
            logger, message.Window, message.RunId, message.Mode.Name(), since, delivery.MessageId, reason);
        try
        {
            await ledger.RecordRenewedAsync(
                message.RunId, message.Mode, message.Window, reason, delivery.MessageId, cancellationToken);
        }
        catch (Exception unrecorded) when (!cancellationToken.IsCancellationRequested)
        {
            RenewalLog.Unrecorded(logger, unrecorded, message.Window, message.RunId);
        }

        return true;
    }

    /// <summary>The same event in another message.</summary>
    private static OutgoingMessage Again(FetchRequested message, ReceivedEvent received, DateTimeOffset since)
    {
        var again = FetchRequestedReader.CloudEvent(message, received.Time)
            .With("ce-id", received.Id)
            .With("ce-source", received.Source)
            .With(FetchAttributes.WaitingSince, since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        return again.AsReplayOf(received);
    }

    private static partial class RenewalLog
    {
        [LoggerMessage(1, LogLevel.Information,
            "{Window} of run {RunId} has waited since {WaitingSince:O}, and its message {MessageId} was published anew "
            + "before its deliveries are used up. {Reason}",
            EventName = "window.renewed")]
        public static partial void Renewed(
            ILogger logger,
            Window window,
            string runId,
            string mode,
            DateTimeOffset waitingSince,
            string? messageId,
            string reason);

        [LoggerMessage(2, LogLevel.Warning,
            "The message of {Window} of run {RunId} was published anew, which could not be recorded.")]
        public static partial void Unrecorded(ILogger logger, Exception exception, Window window, string runId);
    }
}

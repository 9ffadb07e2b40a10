using System.Globalization;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Publishes a fetch message anew that Pub/Sub gave up although nobody tried its window: its deliveries were refused,
/// by Cloud Run without the service's knowledge or by the service because it was full.
/// </summary>
internal sealed partial class UntriedMessages(
    DeadLetterStore store, PublishMessages publish, WindowRenewed renewed, ILogger<DeadLetterHandler> logger)
{
    /// <summary>
    /// How often in a row: an attempt that the process does not survive leaves no record either, and must not come back
    /// for good.
    /// </summary>
    public const int MostReturns = 3;

    /// <summary>Publishes the message of a letter anew, unless its window was tried since it was published.</summary>
    /// <param name="letter">The message.</param>
    /// <param name="window">The window it asks for.</param>
    /// <param name="last">The last attempt that failed; null if none is recorded.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether it was published; if not, it is a dead letter.</returns>
    /// <exception cref="TransientFailureException">The topic did not accept it.</exception>
    public async Task<bool> TryReturnAsync(
        DeadLetter letter, GivenUpWindow window, FailedAttempt? last, CancellationToken cancellationToken)
    {
        var returns = ReturnsOf(letter);
        if (window.Mode is not { } mode
            || letter.PublishTime is not { } published
            || last?.RecordedAt >= published
            || returns >= MostReturns)
        {
            return false;
        }

        // It was stored before, when nobody could say whether it had been tried.
        if (await store.FindAsync(letter.Id, cancellationToken) is { Decided: DeadLetterState.Open })
        {
            return false;
        }

        var again = ReplayMessage.Again(letter)
            .With(FetchAttributes.Returns, (returns + 1).ToString(CultureInfo.InvariantCulture))
            .With(
                FetchAttributes.WaitingSince,
                new Attributes(letter.Attributes)[FetchAttributes.WaitingSince]
                    ?? published.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        await publish(Topic.Fetch, [again], cancellationToken);
        var reason = $"{window.Window}: {letter.Reason} No attempt is recorded since, so it was published anew.";
        ReturnLog.Returned(logger, reason, window.RunId, returns + 1);
        try
        {
            await renewed(window.RunId, mode, window.Window, reason, null, cancellationToken);
        }
        catch (Exception unrecorded) when (!cancellationToken.IsCancellationRequested)
        {
            ReturnLog.Unrecorded(logger, unrecorded, window.Window, window.RunId);
        }

        return true;
    }

    /// <summary>How often in a row the message of a letter was published anew.</summary>
    public static int ReturnsOf(DeadLetter letter) =>
        int.TryParse(
            new Attributes(letter.Attributes)[FetchAttributes.Returns],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var returns)
            ? returns
            : 0;

    private static partial class ReturnLog
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Reason} Run {RunId}. This was time {Returns}.", EventName = "window.returned")]
        public static partial void Returned(ILogger logger, string reason, string runId, int returns);

        [LoggerMessage(2, LogLevel.Warning,
            "The message of {Window} of run {RunId} was published anew, which could not be recorded.")]
        public static partial void Unrecorded(ILogger logger, Exception exception, Window window, string runId);
    }
}

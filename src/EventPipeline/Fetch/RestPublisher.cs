using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.Fetch;

/// <summary>
/// Leaves the rest of a window to another message. It is published before this one is acknowledged: a crash in between
/// makes a duplicate, which finds the days committed that the other has read.
/// </summary>
internal sealed partial class RestPublisher(PublishMessages publish, RunNews news, ILogger<FetchHandler> logger)
{
    /// <exception cref="TransientFailureException">The topic did not accept it.</exception>
    public async Task PublishAsync(WindowRest rest, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var (request, from) = (rest.Request, rest.From);
        await publish(
            Topic.Fetch,
            [FetchRequestedReader.CloudEvent(request, received.Time, from).AsReplayOf(received)],
            cancellationToken);
        var kept = from == request.From
            ? "nothing"
            : FormattableString.Invariant($"{request.From:yyyy-MM-dd}..{from.AddDays(-1):yyyy-MM-dd}");
        RestLog.Continues(logger, request.Window, request.RunId, request.Mode.Name(), kept, from, request.StepDays);

        // What the end will tell of is what its own attempt has met.
        news.Drifted(request.RunId, request.Mode, request.Window, rest.Drift);
    }

    private static partial class RestLog
    {
        [LoggerMessage(6, LogLevel.Information,
            "{Window} of run {RunId} did not fit into one attempt: {KeptDays} is kept, and another message asks for "
            + "the days from {RestFrom:yyyy-MM-dd} on.",
            EventName = "window.continues")]
        public static partial void Continues(
            ILogger logger,
            Window window,
            string runId,
            string mode,
            string keptDays,
            DateOnly restFrom,
            int? stepDays);
    }
}

using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Records that a window ended because its message is no longer delivered. Called at least once for the same message;
/// repeating it changes nothing.
/// </summary>
/// <param name="endId">Identifies the end: the same for the same dead letter.</param>
/// <param name="window">The requested window.</param>
/// <param name="isRejected">Whether the message was rejected; otherwise Pub/Sub gave up delivering it.</param>
/// <param name="reason">What happened, and what to do.</param>
/// <param name="cancellationToken">Stops; the message is redelivered.</param>
internal delegate Task WindowGaveUp(
    string endId, GivenUpWindow window, bool isRejected, string reason, CancellationToken cancellationToken);

/// <summary>
/// Records that a window could not be tried and that its message was published anew: a run that waits is not silent.
/// </summary>
/// <param name="runId">The run.</param>
/// <param name="mode">The run's mode.</param>
/// <param name="window">The window.</param>
/// <param name="reason">What kept it from being tried.</param>
/// <param name="messageId">The old message; null if its id is lost.</param>
/// <param name="cancellationToken">Stops.</param>
internal delegate Task WindowRenewed(
    string runId,
    RunMode mode,
    Window window,
    string reason,
    string? messageId,
    CancellationToken cancellationToken);

/// <summary>
/// Records that a run failed because its trigger is no longer delivered. Called at least once for the same trigger;
/// repeating it changes nothing.
/// </summary>
/// <param name="endId">Identifies the end: the same for the same dead letter.</param>
/// <param name="runId">The run that the trigger requested.</param>
/// <param name="mode">The run's mode; null if the trigger does not name it: then only a known run can fail.</param>
/// <param name="publishedAt">
/// When the trigger was published, UTC, if its id is lost: its run is the one planned for that time. Null if it has its
/// id.
/// </param>
/// <param name="isRejected">Whether the trigger was rejected; otherwise Pub/Sub gave up delivering it.</param>
/// <param name="reason">What happened, and what to do.</param>
/// <param name="cancellationToken">Stops; the message is redelivered.</param>
internal delegate Task RunGaveUp(
    string endId,
    string runId,
    RunMode? mode,
    DateTimeOffset? publishedAt,
    bool isRejected,
    string reason,
    CancellationToken cancellationToken);

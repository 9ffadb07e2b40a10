using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Records that a window ended because nobody delivers its message any more. Called once or more for the same message; repeating it changes nothing.
/// </summary>
/// <param name="endId">Names the end: the same for the same dead letter.</param>
/// <param name="window">What was asked for.</param>
/// <param name="isRejected">Whether the message was rejected; Pub/Sub gave up delivering it otherwise.</param>
/// <param name="reason">What happened, and what to do.</param>
/// <param name="cancellationToken">Stops; the message comes again.</param>
internal delegate Task WindowGaveUp(
    string endId, GivenUpWindow window, bool isRejected, string reason, CancellationToken cancellationToken);

/// <summary>
/// Records that a run failed because nobody delivers its trigger any more. Called once or more for the same trigger; repeating it changes nothing.
/// </summary>
/// <param name="endId">Names the end: the same for the same dead letter.</param>
/// <param name="runId">The run that the trigger asked for.</param>
/// <param name="mode">The run's mode; null where the trigger does not tell: then only a run that something is known of can fail.</param>
/// <param name="publishedAt">When a trigger was published whose own name is lost, UTC: its run is the one that was planned for that time. Null where it has its name.</param>
/// <param name="isRejected">Whether the trigger was rejected; Pub/Sub gave up delivering it otherwise.</param>
/// <param name="reason">What happened, and what to do.</param>
/// <param name="cancellationToken">Stops; the message comes again.</param>
internal delegate Task RunGaveUp(
    string endId, string runId, RunMode? mode, DateTimeOffset? publishedAt, bool isRejected, string reason, CancellationToken cancellationToken);

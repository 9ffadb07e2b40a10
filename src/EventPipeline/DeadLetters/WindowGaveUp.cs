using EventPipeline.FanOut;

namespace EventPipeline.DeadLetters;

/// <summary>
/// Records that a window ended because Pub/Sub gave up delivering it. Called once or more for the same message; repeating it changes nothing.
/// </summary>
internal delegate Task WindowGaveUp(FetchRequested message, string reason, CancellationToken cancellationToken);

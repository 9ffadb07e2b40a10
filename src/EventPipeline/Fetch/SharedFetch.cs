using System.Collections.Concurrent;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Fetch;

/// <summary>
/// Handles a fetch message. Several windows are read side by side, as if each had a message of its own, but for the
/// load jobs that they share. A window that fails gets a message of its own, so that no other is read again for it.
/// </summary>
internal sealed partial class SharedFetch(
    FetchHandler alone,
    IServiceScopeFactory scopes,
    IWarehouse warehouse,
    PublishMessages publish,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    // Each holds buffers while it is read, and an instance has many messages at a time.
    private const int ReadAtOnce = 4;

    /// <exception cref="RejectedEventException">The only window can never succeed as it stands.</exception>
    /// <exception cref="TransientFailureException">
    /// The only window failed, or the topic did not accept those that did.
    /// </exception>
    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        if (message.Others.Count == 0)
        {
            await alone.HandleAsync(message, received, hasOwnMessage: true, cancellationToken);
            return;
        }

        List<FetchRequested> windows = [.. message.Each()];
        var began = clock.GetTimestamp();
        var gathering = new LoadGathering(warehouse, clock, windows.Count);
        using var turns = new SemaphoreSlim(ReadAtOnce);
        var failed = new ConcurrentQueue<FetchRequested>();
        await Task.WhenAll(windows.Select(async window =>
        {
            await turns.WaitAsync(cancellationToken);
            void Join(LoadPlace place) =>
                place.Join(gathering, clock.GetElapsedTime(began), () => turns.Release());

            if (await ReadAsync(window, received, Join, cancellationToken) is { } failure)
            {
                SharedLog.Failed(logger, window.Window, window.RunId, windows.Count - 1, failure.Message);
                failed.Enqueue(window);
            }
        }));
        if (!failed.IsEmpty)
        {
            await publish(
                Topic.Fetch,
                [
                    .. failed.Select(
                        window => FetchRequestedReader.CloudEvent(window, received.Time).AsReplayOf(received)),
                ],
                cancellationToken);
        }
    }

    /// <summary>Reads a window; null if it ended, waits, or is left to another message already.</summary>
    private async Task<Exception?> ReadAsync(
        FetchRequested window,
        ReceivedEvent received,
        Action<LoadPlace> join,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        join(scope.ServiceProvider.GetRequiredService<LoadPlace>());
        try
        {
            await scope.ServiceProvider.GetRequiredService<FetchHandler>()
                .HandleAsync(window, received, hasOwnMessage: false, cancellationToken);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return failure;
        }
    }

    private static partial class SharedLog
    {
        [LoggerMessage(7, LogLevel.Warning,
            "{Window} of run {RunId} failed beside {Others} others of its message, and gets one of its own: {Reason}",
            EventName = "window.parted")]
        public static partial void Failed(ILogger logger, Window window, string runId, int others, string reason);
    }
}

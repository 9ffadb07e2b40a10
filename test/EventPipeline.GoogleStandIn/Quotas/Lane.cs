namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>Some run at once, some wait in the order in which they came, and one more is refused.</summary>
internal sealed class Lane
{
    private readonly Queue<TaskCompletionSource> waiting = new();
    private int running;

    /// <summary>The most that ran at once.</summary>
    public int PeakRunning { get; private set; }

    /// <summary>The most that waited.</summary>
    public int PeakWaiting { get; private set; }

    /// <summary>Asks for a place; answers when there is one, or null where nobody else may wait.</summary>
    public Task? Enter(int mostRunning, int mostWaiting)
    {
        lock (waiting)
        {
            if (running < mostRunning)
            {
                running++;
                PeakRunning = Math.Max(PeakRunning, running);
                return Task.CompletedTask;
            }

            if (waiting.Count >= mostWaiting)
            {
                return null;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
            PeakWaiting = Math.Max(PeakWaiting, waiting.Count);
            return turn.Task;
        }
    }

    /// <summary>Gives the place to the next one that waits.</summary>
    public void Leave()
    {
        lock (waiting)
        {
            if (waiting.TryDequeue(out var next))
            {
                next.SetResult();
            }
            else
            {
                running--;
            }
        }
    }
}

using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// Cancels runs: what has not ended is not read any more. An attempt that is at work may still end; messages that
/// arrive later are acknowledged without being read.
/// </summary>
internal sealed class RunCancellation(
    RunEvents events,
    RunDocuments documents,
    RunCompletion completion,
    KnownRuns known,
    IOptions<DatasetOptions> datasets,
    TimeProvider clock)
{
    /// <summary>How soon an instance notices that a run was cancelled through another.</summary>
    public static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(30);

    private const string Teller = "cancellation";

    /// <summary>Cancels a run, and announces it; one that has ended stays as it is.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="by">Who cancels it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The run as it is then; null if it is unknown.</returns>
    public async Task<RunDocument?> CancelAsync(string runId, string by, CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(runId, cancellationToken) is not { } run
            || !RunModeNames.TryParse(run.Mode, out var mode))
        {
            return null;
        }

        if (run.Outcome is null)
        {
            var row = events.Create(runId, RunHistory.RunCancelled, mode);
            row["reason"] = $"Cancelled by {by}. What it had read is kept; request its days again for the rest.";
            await events.InsertAsync(mode, $"cancelled_{runId}", [row], cancellationToken);
        }
        else if (run.Outcome != RunDocument.Cancelled)
        {
            return run;
        }

        await completion.CompleteWhenAllEndedAsync(runId, mode, Teller, cancellationToken);
        known.Remember(datasets.Value.For(mode), runId, new Cancellation(true, clock.GetUtcNow()));
        return await documents.FindAsync(runId, cancellationToken);
    }

    /// <summary>
    /// Whether a run was cancelled. The ledger is asked no more often than <see cref="NoticedWithin"/>, and not for
    /// what was published just now.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="published">
    /// When what is in hand was published, UTC; null if that is not known, or if it goes on with something older.
    /// </param>
    /// <param name="teller">Whose message is in hand; it announces the end if nobody has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool> IsCancelledAsync(
        string runId,
        RunMode mode,
        DateTimeOffset? published,
        string teller,
        CancellationToken cancellationToken)
    {
        var (last, now) = (known.CancellationOf(datasets.Value.For(mode), runId), clock.GetUtcNow());
        if (last is { IsCancelled: true } || now - published < NoticedWithin || now - last?.AskedAt < NoticedWithin)
        {
            return last is { IsCancelled: true };
        }

        return await AskAsync(runId, mode, teller, cancellationToken);
    }

    /// <summary>The same, asked now.</summary>
    public async Task<bool> AskAsync(
        string runId, RunMode mode, string teller, CancellationToken cancellationToken)
    {
        var (isCancelled, isTold) = await events.FindCancellationAsync(runId, mode, cancellationToken);
        if (isCancelled && !isTold)
        {
            await completion.CompleteWhenAllEndedAsync(runId, mode, teller, cancellationToken);
        }

        known.Remember(datasets.Value.For(mode), runId, new Cancellation(isCancelled, clock.GetUtcNow()));
        return isCancelled;
    }
}

using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// What people decide about runs that have not ended. Of one that is cancelled nothing more is read, and of one that is
/// paused nothing until it is resumed. An attempt that is at work may still end; messages that arrive later are
/// acknowledged without being read.
/// </summary>
internal sealed class RunDecisions(
    RunEvents events,
    RunCompletion completion,
    KnownRuns known,
    IOptions<DatasetOptions> datasets,
    TimeProvider clock)
{
    /// <summary>How soon an instance notices what was decided through another.</summary>
    public static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(30);

    private const string Teller = "cancellation";

    /// <summary>Cancels a run, and announces it; one that has ended stays as it is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="by">Who cancels it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CancelAsync(RunDocument run, string by, CancellationToken cancellationToken)
    {
        if (run.WhyNot(RunVerb.Cancel) is not null)
        {
            return;
        }

        var (runId, mode) = (run.RunId, ModeOf(run));
        if (run.Outcome is null)
        {
            var row = events.Create(runId, RunHistory.RunCancelled, mode);
            row["reason"] = $"Cancelled by {by}. What it had read is kept; request its days again for the rest.";
            await events.InsertAsync(mode, $"cancelled_{runId}", [row], cancellationToken);
        }

        await completion.CompleteWhenAllEndedAsync(runId, mode, Teller, cancellationToken);
        Remember(runId, mode, RunDecision.Cancelled);
    }

    /// <summary>Pauses a run; what cannot be paused stays as it is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="by">Who pauses it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task PauseAsync(RunDocument run, string by, CancellationToken cancellationToken)
    {
        if (run.WhyNot(RunVerb.Pause) is null && run.State != RunDocument.Paused)
        {
            await RecordAsync(run, RunHistory.RunPaused, $"Paused by {by}.", cancellationToken);
            Remember(run.RunId, ModeOf(run), RunDecision.Paused);
        }
    }

    /// <summary>Lets a run that is paused go on; what waits of it is still to be published.</summary>
    /// <param name="run">The run.</param>
    /// <param name="by">Who resumes it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task ResumeAsync(RunDocument run, string by, CancellationToken cancellationToken)
    {
        await RecordAsync(run, RunHistory.RunResumed, $"Resumed by {by}.", cancellationToken);
        Remember(run.RunId, ModeOf(run), RunDecision.None);
    }

    /// <summary>
    /// What was decided about a run. The ledger is asked no more often than <see cref="NoticedWithin"/>, and not for
    /// what was published just now; a pause may end at any time.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="published">
    /// When what is in hand was published, UTC; null if that is not known, or if it goes on with something older.
    /// </param>
    /// <param name="teller">Whose message is in hand; it announces the end if nobody has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RunDecision> FindAsync(
        string runId,
        RunMode mode,
        DateTimeOffset? published,
        string teller,
        CancellationToken cancellationToken)
    {
        var (last, now) = (known.DecisionOf(datasets.Value.For(mode), runId), clock.GetUtcNow());
        if (last?.Decision == RunDecision.Cancelled)
        {
            return RunDecision.Cancelled;
        }

        var isRecent = now - published < NoticedWithin || now - last?.AskedAt < NoticedWithin;
        return isRecent && last?.Decision != RunDecision.Paused
            ? RunDecision.None
            : await AskAsync(runId, mode, teller, cancellationToken);
    }

    /// <summary>The same, asked now.</summary>
    public async Task<RunDecision> AskAsync(
        string runId, RunMode mode, string teller, CancellationToken cancellationToken)
    {
        var (decision, isTold) = await events.FindDecisionAsync(runId, mode, cancellationToken);
        if (decision == RunDecision.Cancelled && !isTold)
        {
            await completion.CompleteWhenAllEndedAsync(runId, mode, teller, cancellationToken);
        }

        Remember(runId, mode, decision);
        return decision;
    }

    /// <summary>The mode of a run.</summary>
    public static RunMode ModeOf(RunDocument run) =>
        RunModeNames.TryParse(run.Mode, out var mode) ? mode : RunMode.Production;

    /// <summary>The last of them counts, so it is never earlier than what another clock has recorded.</summary>
    private Task RecordAsync(
        RunDocument run, string name, string reason, CancellationToken cancellationToken)
    {
        var row = events.Create(run.RunId, name, ModeOf(run));
        row["reason"] = reason;
        if (run.LastEventAt >= (DateTimeOffset)row["recorded_at"]!)
        {
            row["recorded_at"] = run.LastEventAt.Value.AddMilliseconds(1);
        }

        return events.AppendAsync(ModeOf(run), name, [row], cancellationToken);
    }

    private void Remember(string runId, RunMode mode, RunDecision decision)
    {
        var dataset = datasets.Value.For(mode);
        if (known.DecisionOf(dataset, runId)?.Decision != RunDecision.Cancelled)
        {
            known.Remember(dataset, runId, new KnownDecision(decision, clock.GetUtcNow()));
        }
    }
}

using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>
/// Reads one window and loads it. Doing so twice, concurrently or after an interruption anywhere, leaves the same
/// views.
/// </summary>
internal sealed partial class FetchHandler(
    IServiceProvider services,
    ConfiguredAccounts accounts,
    AccountIdentities identities,
    IWarehouse warehouse,
    RunLedger ledger,
    RunCompletion completion,
    RunNews news,
    WindowsAtWork atWork,
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <summary>The push deadline is 600 s and a late answer never counts, so an attempt stops before that.</summary>
    public static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(570);

    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var (runId, mode, window, delivery) = (message.RunId, message.Mode, message.Window, received.Delivery);
        RunSpan.Describe(runId, mode);
        RunSpan.Describe(window);
        var began = clock.GetTimestamp();
        Ending? ending;
        try
        {
            ending = await EndAsync(message, delivery, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Attempted(window, mode, RunHistory.AttemptFailed, clock.GetElapsedTime(began));
            await TellAsync(failure, message, mode, delivery, cancellationToken);
            throw;
        }

        if (ending is null)
        {
            Log.AlreadyEnded(logger, window, runId);
            if (!completion.WasCompleted(runId, mode))
            {
                await completion.CompleteWhenAllEndedAsync(runId, mode, window.Id, cancellationToken);
            }

            return;
        }

        var end = ending.End with { Duration = clock.GetElapsedTime(began) };
        metrics.Attempted(window, mode, end.State, clock.GetElapsedTime(began));
        RunSpan.Ended(end.State, end.Rows);
        await RecordAsync(message, delivery, ending with { End = end }, cancellationToken);
        var (mayBeLast, toCount) = atWork.End(mode, runId, window, ending.Made);
        if (mayBeLast)
        {
            await completion.CompleteWhenAllEndedAsync(
                runId,
                mode,
                window.Id,
                toCount,
                visible =>
                {
                    Count(toCount, visible, mode);
                    toCount = [];
                },
                cancellationToken);
        }

        await CountAsync(toCount, mode, cancellationToken);

        if (ending.Rejection is { } rejection)
        {
            throw rejection; // The door keeps it as a dead letter.
        }
    }

    /// <summary>Reads a window and loads it; null if it has ended before.</summary>
    private async Task<Ending?> EndAsync(
        FetchRequested message, Delivery delivery, CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        WindowLookUp? lookUp = null;
        if (mode == RunMode.DryRun)
        {
            if (await ledger.HasSucceededAsync(runId, mode, window, cancellationToken))
            {
                return null;
            }
        }
        else
        {
            lookUp = await LookUpAsync(message, cancellationToken);
            if (lookUp.HasEnded)
            {
                return null;
            }
        }

        atWork.Begin(mode, runId, window);
        try
        {
            return lookUp is not null && await ledger.FindCommitAsync(mode, lookUp, cancellationToken) is { } earlier
                ? new Ending(earlier)
                : await AttemptAsync(message, lookUp, delivery, cancellationToken);
        }
        catch (RejectedEventException rejected)
        {
            return new Ending(WindowEnd.Failure(WindowState.Rejected, $"{rejected.Message} {rejected.Hint}"))
            {
                Rejection = rejected,
            };
        }
        catch
        {
            await GiveUpAsync(message, cancellationToken);
            throw;
        }
    }

    /// <summary>One question, whether the window has ended or not; who the account is may not be known yet.</summary>
    private async Task<WindowLookUp> LookUpAsync(FetchRequested message, CancellationToken cancellationToken)
    {
        var dataset = datasets.Value.For(message.Mode);
        var ids = accounts.Find(message.Vendor, message.Account) is { } account
            ? await identities.StoredIdsAsync(dataset, account, cancellationToken)
            : [];
        return await WindowLookUp.AskAsync(
            warehouse, dataset, message.RunId, message.Window, ids, cancellationToken);
    }

    private async Task RecordAsync(
        FetchRequested message, Delivery delivery, Ending ending, CancellationToken cancellationToken)
    {
        var (runId, mode, window) = (message.RunId, message.Mode, message.Window);
        if (ending.IsCommitted)
        {
            if (ending.IsNews)
            {
                news.WindowEnded(runId, mode, window, ending.End, delivery.Attempt, delivery.MessageId);
            }

            return;
        }

        try
        {
            await ledger.RecordEndAsync(
                runId, mode, window, ending.End, delivery.Attempt, delivery.MessageId, cancellationToken);
        }
        catch
        {
            await GiveUpAsync(message, cancellationToken);
            throw;
        }
    }

    private async Task GiveUpAsync(FetchRequested message, CancellationToken cancellationToken)
    {
        var toCount = atWork.GiveUp(message.Mode, message.RunId, message.Window);
        if (!cancellationToken.IsCancellationRequested)
        {
            await CountAsync(toCount, message.Mode, cancellationToken);
        }
    }

    private async Task TellAsync(
        Exception failure, FetchRequested message, RunMode mode, Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.RecordFailedAttemptAsync(
                message.RunId,
                mode,
                message.Window,
                failure.Message,
                delivery.Attempt,
                delivery.MessageId,
                cancellationToken);
        }
        catch (Exception unrecorded) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Unrecorded(logger, unrecorded, message.Window, message.RunId);
        }
    }

    private async Task<Ending> AttemptAsync(
        FetchRequested message, WindowLookUp? lookUp, Delivery delivery, CancellationToken cancellationToken)
    {
        var mode = message.Mode;
        var (connector, account, report) = Find(message);
        var deadline = clock.GetUtcNow() + AttemptLimit;
        using var limit = new CancellationTokenSource(AttemptLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var dataset = datasets.Value.For(mode);
            var identity = await identities.ResolveAsync(dataset, connector, account, either.Token);
            var request = new LoadRequest(
                message.RunId, mode, message.Window, identity.AccountId, report, message.Force, delivery.MessageId)
            {
                StoredIds = identity.StoredIds,
            };
            await using var load = new LoadAttempt(warehouse, dataset, request, clock);
            await load.BeginAsync(lookUp, either.Token);
            if (load.ClockAhead is { } ahead)
            {
                Log.ClockAhead(logger, message.Window, ahead);
            }

            var drift = new Drift();
            var fetch = new FetchContext(
                message.Window, account, identity.AccountId, deadline, load.KeepPageAsync, drift);
            await foreach (var item in connector.FetchAsync(fetch, either.Token))
            {
                await load.AcceptAsync(item, either.Token);
            }

            await identities.ConfirmAsync(
                dataset,
                connector,
                account,
                identity,
                fetch.Organization,
                mode == RunMode.DryRun ? null : message.RunId,
                either.Token);
            WindowEnd? end = null;
            var outcome = await load.CompleteAsync(
                described =>
                {
                    end = EndOf(load, described, drift);
                    return WindowOutcome.Write(message.Window, end, delivery.Attempt);
                },
                either.Token);
            return new Ending(end ?? EndOf(load, outcome, drift))
            {
                IsCommitted = mode != RunMode.DryRun,
                IsNews = load.HasCommitted,
                Made = load.Committed,
            };
        }
        catch (OverflowException overflow)
        {
            throw new RejectedEventException(
                $"{message.Window}: the vendor's numbers add up to more than the tables can hold.",
                "The response does not match the vendor's documented API. Inspect it, and replay once it is fixed.",
                RejectionCause.BrokenContract,
                overflow);
        }
        catch (OperationCanceledException) when (
            limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransientFailureException(
                $"{message.Window}: the attempt stopped after {AttemptLimit.TotalSeconds:0} s, before the push "
                + "deadline. It will be retried.");
        }
    }

    private static WindowEnd EndOf(LoadAttempt load, LoadOutcome outcome, Drift drift)
    {
        if (load.Repeats > 0)
        {
            drift.Note($"{load.Repeats} identical duplicate rows were dropped");
        }

        if (load.KeptFiner > 0)
        {
            drift.Note(
                $"{load.KeptFiner} days keep the finer rows of an earlier read: the coarser ones have the same "
                + "totals");
        }

        return WindowEnd.FromOutcome(outcome, drift.Notes);
    }

    /// <summary>The windows are committed; counting them must not make this one fail.</summary>
    private async Task CountAsync(
        IReadOnlyList<CommittedLoad> loads, RunMode mode, CancellationToken cancellationToken)
    {
        if (loads.Count == 0)
        {
            return;
        }

        try
        {
            var visible = await warehouse.QueryAsync(
                datasets.Value.For(mode), CommittedLoad.Visible(loads), cancellationToken);
            Count(loads, visible, mode);
        }
        catch (Exception uncounted) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var load in loads)
            {
                Log.Uncounted(logger, uncounted, load.Window);
            }
        }
    }

    private void Count(IReadOnlyList<CommittedLoad> loads, IReadOnlyList<Row> visible, RunMode mode)
    {
        foreach (var (load, first, again) in CommittedLoad.Read(loads, visible))
        {
            metrics.Loaded(load.Window, mode, again: false, first.Rows, first.Tokens, first.Money);
            metrics.Loaded(load.Window, mode, again: true, again.Rows, again.Tokens, again.Money);
        }
    }

    private (IVendorConnector Connector, Account Account, Report Report) Find(FetchRequested message)
    {
        var connector = services.GetKeyedService<IVendorConnector>(message.Vendor)
            ?? throw Unknown("vendor", message.Vendor, services.GetServices<Vendor>().Select(vendor => vendor.Name));
        var account = accounts.Find(message.Vendor, message.Account)
            ?? throw Unknown("account", message.Account, accounts.For(message.Vendor).Select(other => other.Name));
        var report = connector.Vendor.Reports.FirstOrDefault(other => other.Name == message.Report)
            ?? throw Unknown("report", message.Report, connector.Vendor.Reports.Select(other => other.Name));
        return (connector, account, report);
    }

    private static RejectedEventException Unknown(string field, string given, IEnumerable<string> known) => new(
        $"{field} is '{given}', which is unknown.",
        Nearest.DidYouMean(given, known, otherwise: $"No {field} is configured."));

    /// <summary>How a delivery ended its window.</summary>
    private sealed record Ending(WindowEnd End)
    {
        /// <summary>Why it was rejected; null if it was not.</summary>
        public RejectedEventException? Rejection { get; init; }

        /// <summary>Whether the end is recorded, by a commit.</summary>
        public bool IsCommitted { get; init; }

        /// <summary>Whether it was this delivery's commit.</summary>
        public bool IsNews { get; init; }

        /// <summary>What it has committed that is to be counted; null for nothing.</summary>
        public CommittedLoad? Made { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Window} of run {RunId} had already ended.")]
        public static partial void AlreadyEnded(ILogger logger, Window window, string runId);

        [LoggerMessage(2, LogLevel.Warning, "{Window} of run {RunId} failed, and the failure could not be recorded.")]
        public static partial void Unrecorded(ILogger logger, Exception exception, Window window, string runId);

        [LoggerMessage(3, LogLevel.Warning, "{Window} was loaded, but could not be counted in the metrics.")]
        public static partial void Uncounted(ILogger logger, Exception exception, Window window);

        [LoggerMessage(4, LogLevel.Warning,
            "The newest read of {Window} began at {LastReadBegan:O}, which is in the future: a clock was ahead, "
            + "or this one is behind. This read is recorded just after it.",
            EventName = "window.clock_ahead")]
        public static partial void ClockAhead(ILogger logger, Window window, DateTimeOffset lastReadBegan);
    }
}

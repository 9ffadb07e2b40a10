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
    IOptions<DatasetOptions> datasets,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <summary>The push deadline is 600 s and a late answer never counts, so an attempt stops before that.</summary>
    public static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(570);

    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var (mode, window, delivery) = (message.Mode, message.Window, received.Delivery);
        RunSpan.Describe(message.RunId, mode);
        RunSpan.Describe(window);
        var began = clock.GetTimestamp();
        if (await ledger.HasSucceededAsync(message.RunId, mode, window, cancellationToken))
        {
            Log.AlreadyEnded(logger, window, message.RunId);
            await completion.CompleteWhenAllEndedAsync(message.RunId, mode, window.Id, cancellationToken);
            return;
        }

        RejectedEventException? rejection = null;
        WindowEnd end;
        try
        {
            end = await ledger.FindCommitAsync(message.RunId, mode, window, cancellationToken)
                ?? await AttemptAsync(message, mode, delivery, cancellationToken);
        }
        catch (RejectedEventException rejected)
        {
            rejection = rejected;
            end = WindowEnd.Failure(WindowState.Rejected, $"{rejected.Message} {rejected.Hint}");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Attempted(window, mode, RunHistory.AttemptFailed, clock.GetElapsedTime(began));
            await TellAsync(failure, message, mode, delivery, cancellationToken);
            throw;
        }

        end = end with { Duration = clock.GetElapsedTime(began) };
        metrics.Attempted(window, mode, end.State, clock.GetElapsedTime(began));
        RunSpan.Ended(end.State, end.Rows);
        await ledger.RecordEndAsync(
            message.RunId, mode, window, end, delivery.Attempt, delivery.MessageId, cancellationToken);
        if (rejection is not null)
        {
            throw rejection; // The door keeps it as a dead letter.
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

    private async Task<WindowEnd> AttemptAsync(
        FetchRequested message, RunMode mode, Delivery delivery, CancellationToken cancellationToken)
    {
        var (connector, account, report) = Find(message);
        var deadline = clock.GetUtcNow() + AttemptLimit;
        using var limit = new CancellationTokenSource(AttemptLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var dataset = datasets.Value.For(mode);
            var identity = await identities.ResolveAsync(dataset, connector, account, either.Token);
            var request = new LoadRequest(
                message.RunId, mode, message.Window, identity.AccountId, report, message.Force, delivery.MessageId);
            await using var load = new LoadAttempt(warehouse, dataset, request, clock);
            await load.BeginAsync(either.Token);
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
            var outcome = await load.CompleteAsync(either.Token);
            await CountAsync(load, message.Window, mode, either.Token);
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

    /// <summary>The window is committed; counting it must not make it fail.</summary>
    private async Task CountAsync(LoadAttempt load, Window window, RunMode mode, CancellationToken cancellationToken)
    {
        try
        {
            var (first, again) = await load.BecameVisibleAsync(cancellationToken);
            metrics.Loaded(window, mode, again: false, first.Rows, first.Tokens, first.Money);
            metrics.Loaded(window, mode, again: true, again.Rows, again.Tokens, again.Money);
        }
        catch (Exception uncounted) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Uncounted(logger, uncounted, window);
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

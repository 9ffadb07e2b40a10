using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>One attempt at a window: whose it is, what the vendor says, and what becomes of it.</summary>
internal sealed partial class WindowAttempt(
    IServiceProvider services,
    IEnumerable<Vendor> vendors,
    ConfiguredAccounts accounts,
    AccountIdentities identities,
    IWarehouse warehouse,
    IOptions<DatasetOptions> datasets,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    /// <summary>The push deadline is 600 s and a late answer never counts, so an attempt stops before that.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(570);

    /// <summary>Where the window is to be had.</summary>
    /// <exception cref="RejectedEventException">
    /// Its vendor, account or report is not configured here.
    /// </exception>
    public WindowSource Find(FetchRequested message)
    {
        var vendor = vendors.FirstOrDefault(other => other.Name == message.Vendor)
            ?? throw Unknown("vendor", message.Vendor, vendors.Select(other => other.Name));
        var account = accounts.Find(message.Vendor, message.Account)
            ?? throw Unknown("account", message.Account, accounts.For(message.Vendor).Select(other => other.Name));
        var report = vendor.Reports.FirstOrDefault(other => other.Name == message.Report)
            ?? throw Unknown("report", message.Report, vendor.Reports.Select(other => other.Name));
        return new WindowSource(account, report);
    }

    /// <summary>Reads the window and loads it.</summary>
    /// <param name="message">What is asked for.</param>
    /// <param name="source">Where it is to be had.</param>
    /// <param name="lookUp">What was committed of it; null for a dry run.</param>
    /// <param name="delivery">The delivery of the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    /// <exception cref="TransientFailureException">It failed and will be retried.</exception>
    public async Task<WindowEnding> MakeAsync(
        FetchRequested message,
        WindowSource source,
        WindowLookUp? lookUp,
        Delivery delivery,
        CancellationToken cancellationToken)
    {
        var deadline = clock.GetUtcNow() + Limit;
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            try
            {
                return await MakeAsync(
                    message, source, lookUp, delivery, deadline, daysComeAgain: false, either.Token);
            }
            catch (DayCameAgainException again)
            {
                AttemptLog.DayCameAgain(logger, again.Message);
                return await MakeAsync(
                    message, source, lookUp: null, delivery, deadline, daysComeAgain: true, either.Token);
            }
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
                $"{message.Window}: the attempt stopped after {Limit.TotalSeconds:0} s, before the push "
                + "deadline. It will be retried.");
        }
    }

    private async Task<WindowEnding> MakeAsync(
        FetchRequested message,
        WindowSource source,
        WindowLookUp? lookUp,
        Delivery delivery,
        DateTimeOffset deadline,
        bool daysComeAgain,
        CancellationToken cancellationToken)
    {
        var mode = message.Mode;
        var (account, report) = source;
        var connector = services.GetRequiredKeyedService<IVendorConnector>(account.Vendor);
        var dataset = datasets.Value.For(mode);
        var identity = await identities.ResolveAsync(dataset, connector, account, cancellationToken);
        var request = new LoadRequest(
            message.RunId, mode, message.Window, identity.AccountId, report, message.Force, delivery.MessageId)
        {
            StoredIds = identity.StoredIds,
            DaysComeAgain = daysComeAgain,
        };
        await using var load = new LoadAttempt(warehouse, dataset, request, clock);
        await load.BeginAsync(lookUp, cancellationToken);
        if (load.ClockAhead is { } ahead)
        {
            AttemptLog.ClockAhead(logger, message.Window, ahead);
        }

        var drift = new Drift();
        var fetch = new FetchContext(
            message.Window, account, identity.AccountId, deadline, load.KeepPageAsync, drift);
        await foreach (var item in connector.FetchAsync(fetch, cancellationToken))
        {
            await load.AcceptAsync(item, cancellationToken);
        }

        await identities.ConfirmAsync(
            dataset,
            connector,
            account,
            identity,
            fetch.Organization,
            mode == RunMode.DryRun ? null : message.RunId,
            cancellationToken);
        WindowEnd? end = null;
        var outcome = await load.CompleteAsync(
            described =>
            {
                end = EndOf(load, described, drift);
                return WindowOutcome.Write(message.Window, end, delivery.Attempt);
            },
            cancellationToken);
        return new WindowEnding(end ?? EndOf(load, outcome, drift))
        {
            IsCommitted = mode != RunMode.DryRun,
            IsNews = load.HasCommitted,
            Made = load.Committed,
        };
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

    private static RejectedEventException Unknown(string field, string given, IEnumerable<string> known) => new(
        $"{field} is '{given}', which is unknown.",
        Nearest.DidYouMean(given, known, otherwise: $"No {field} is configured."));

    private static partial class AttemptLog
    {
        [LoggerMessage(5, LogLevel.Information,
            "{What} It had been taken for unchanged, and its rows were dropped: the window is read again.")]
        public static partial void DayCameAgain(ILogger logger, string what);

        [LoggerMessage(4, LogLevel.Warning,
            "The newest read of {Window} began at {LastReadBegan:O}, which is in the future: a clock was ahead, "
            + "or this one is behind. This read is recorded just after it.",
            EventName = "window.clock_ahead")]
        public static partial void ClockAhead(ILogger logger, Window window, DateTimeOffset lastReadBegan);
    }
}

/// <summary>Where a window is to be had.</summary>
/// <param name="Account">Whom to ask, and with what.</param>
/// <param name="Report">What to ask for.</param>
internal sealed record WindowSource(Account Account, Report Report);

using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>Reads one step of a window and loads it: whose it is, what the vendor says, what becomes of it.</summary>
internal sealed partial class StepReader(
    IServiceProvider services,
    AccountIdentities identities,
    IWarehouse warehouse,
    LoadPlace place,
    Commits commits,
    IOptions<DatasetOptions> datasets,
    VendorOptions vendors,
    TimeProvider clock,
    ILogger<FetchHandler> logger)
{
    // What a load, its proof and its commit take at most, as far as an attempt is concerned.
    private static readonly TimeSpan TimeToLoad = TimeSpan.FromMinutes(2);

    /// <summary>Reads the step and loads it.</summary>
    /// <param name="step">What to read; it is told how far that is.</param>
    /// <param name="lookUp">What was committed of its window; null for a dry run.</param>
    /// <param name="delivery">The delivery of the message.</param>
    /// <param name="deadline">When the vendor is asked no more, UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How the window ended; null if it has not.</returns>
    public async Task<WindowEnding?> ReadAsync(
        WindowStep step,
        WindowLookUp? lookUp,
        Delivery delivery,
        DateTimeOffset deadline,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(step, lookUp, delivery, deadline, daysComeAgain: false, cancellationToken);
        }
        catch (DayCameAgainException again)
        {
            StepLog.DayCameAgain(logger, again.Message);
            step.Restart();
            return await ReadAsync(step, null, delivery, deadline, daysComeAgain: true, cancellationToken);
        }
    }

    private async Task<WindowEnding?> ReadAsync(
        WindowStep step,
        WindowLookUp? known,
        Delivery delivery,
        DateTimeOffset deadline,
        bool daysComeAgain,
        CancellationToken cancellationToken)
    {
        var (message, mode) = (step.Message, step.Message.Mode);
        var (account, report) = step.Source;
        var connector = services.GetRequiredKeyedService<IVendorConnector>(account.Vendor);
        var dataset = datasets.Value.For(mode);
        var identity = await identities.ResolveAsync(dataset, connector, account, cancellationToken);
        var request = new LoadRequest(
            message.RunId, mode, step.Days, identity.AccountId, report, message.Force, delivery.MessageId)
        {
            Whole = message.Window,
            StoredIds = identity.StoredIds,
            DaysComeAgain = daysComeAgain,
            HashesEmails = vendors.EmailKey is not null,
            LoadBy = deadline - TimeToLoad,
        };
        await using var load = new LoadAttempt(warehouse, place, commits, dataset, request, clock);
        var lookUp = await load.BeginAsync(known, cancellationToken);
        if (load.ClockAhead is { } ahead)
        {
            StepLog.ClockAhead(logger, step.Days, ahead);
        }

        var fetch = new FetchContext(
            step.Days,
            account,
            identity.AccountId,
            deadline,
            (part, stop) =>
            {
                step.Count(part);
                return load.KeepPageAsync(part, stop);
            },
            step.Drift.Vendor);
        await foreach (var item in connector.FetchAsync(fetch, cancellationToken))
        {
            step.Count(item);
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
        var earlier = mode != RunMode.DryRun && step.IsLast
            ? await CommittedDays.SumAsync(warehouse, dataset, lookUp, step.Days.From, cancellationToken)
            : null;
        WindowEnd? end = null;
        var outcome = await load.CompleteAsync(
            described =>
            {
                end = EndOf(load, described, step.Drift).After(earlier);
                return WindowOutcome.Write(message.Window, end, delivery.Attempt);
            },
            cancellationToken);
        step.End(load.Committed);
        end ??= EndOf(load, outcome, step.Drift);
        return !step.IsLast ? null : new WindowEnding(end)
        {
            IsCommitted = mode != RunMode.DryRun,
            IsNews = load.HasCommitted,
        };
    }

    private static WindowEnd EndOf(LoadAttempt load, LoadOutcome outcome, AttemptDrift drift)
    {
        drift.Count(load);
        return WindowEnd.FromOutcome(outcome, drift.Notes);
    }

    private static partial class StepLog
    {
        [LoggerMessage(5, LogLevel.Information,
            "{What} It had been taken for unchanged, and its rows were dropped: the days are read again.")]
        public static partial void DayCameAgain(ILogger logger, string what);

        [LoggerMessage(4, LogLevel.Warning,
            "The newest read of {Window} began at {LastReadBegan:O}, which is in the future: a clock was ahead, "
            + "or this one is behind. This read is recorded just after it.",
            EventName = "window.clock_ahead")]
        public static partial void ClockAhead(ILogger logger, Window window, DateTimeOffset lastReadBegan);
    }
}

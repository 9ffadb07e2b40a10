using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>
/// One attempt at a window: it goes on from the first day that the run has not committed, step by step, for as long as
/// its time allows.
/// </summary>
internal sealed class WindowAttempt(
    KnownVendors vendors,
    ConfiguredAccounts accounts,
    StepReader reader,
    IWarehouse warehouse,
    LoadPlace place,
    WindowsAtWork atWork,
    IOptions<DatasetOptions> datasets,
    IOptions<AttemptOptions> options,
    TimeProvider clock)
{
    /// <summary>Where the window is to be had.</summary>
    /// <exception cref="RejectedEventException">
    /// Its vendor, account or report is not configured here.
    /// </exception>
    public WindowSource Find(FetchRequested message)
    {
        var vendor = vendors.All.FirstOrDefault(other => other.Name == message.Vendor)
            ?? throw Unknown("vendor", message.Vendor, vendors.All.Select(other => other.Name));
        var account = accounts.Find(message.Vendor, message.Account)
            ?? throw Unknown("account", message.Account, accounts.For(message.Vendor).Select(other => other.Name));
        var report = vendor.Reports.FirstOrDefault(other => other.Name == message.Report)
            ?? throw Unknown("report", message.Report, vendor.Reports.Select(other => other.Name));
        return vendor.ReportsOf(account).Contains(report)
            ? new WindowSource(account, report)
            : throw NotRead(message.Window, vendor, account, report);
    }

    /// <summary>Reads the window and loads it, as far as the time allows.</summary>
    /// <param name="message">What is asked for.</param>
    /// <param name="source">Where it is to be had.</param>
    /// <param name="lookUp">What was committed of it; null for a dry run.</param>
    /// <param name="delivery">The delivery of the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it came to; null if another delivery has ended the window meanwhile.</returns>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    /// <exception cref="TransientFailureException">It failed and will be retried.</exception>
    public async Task<AttemptResult?> MakeAsync(
        FetchRequested message,
        WindowSource source,
        WindowLookUp? lookUp,
        Delivery delivery,
        CancellationToken cancellationToken)
    {
        var time = new AttemptTime(clock, options.Value.Limit, place.Waited);
        using var limit = new CancellationTokenSource(time.Left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var drift = new AttemptDrift();
        var (step, isFirst) = (NextStep(message, source, lookUp, drift), true);
        try
        {
            while (true)
            {
                time.BeginStep();
                var ending = await reader.ReadAsync(step, lookUp, delivery, time.VendorDeadline, either.Token);
                atWork.Loaded(message.Mode, message.RunId, step.Made);
                if (ending is not null)
                {
                    return ending;
                }

                time.EndStep();
                if (!time.FitsAnother)
                {
                    return RestAfter(step);
                }

                // What others have committed meanwhile is older than what is read from now on.
                lookUp = await WindowLookUp.AskAsync(
                    warehouse,
                    datasets.Value.For(message.Mode),
                    message.RunId,
                    message.Window,
                    lookUp!.AccountIds,
                    either.Token);
                if (lookUp.HasEnded)
                {
                    return null;
                }

                (step, isFirst) = (NextStep(message, source, lookUp, drift), false);
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
        catch (TransientFailureException failure) when (
            (failure.IsOutOfTime || failure.IsNotReady)
            && !cancellationToken.IsCancellationRequested
            && (!isFirst || (step.CanBeSmaller && step.DaysBegun > (failure.IsNotReady ? 0 : 1))))
        {
            // The account has to wait past the end of this attempt, or the vendor does not have a day yet: of the days
            // before that one the last is whole too. If there is nothing to keep, Pub/Sub waits with it.
            return new OutOfTime(step, time.Limit, failure).Result(isFirst);
        }
        catch (Exception failure) when (
            !cancellationToken.IsCancellationRequested
            && (failure is OperationCanceledException && limit.IsCancellationRequested
                || failure is TransientFailureException
                {
                    IsOutOfTime: false, IsNotReady: false, IsQuotaExhausted: false,
                } && time.IsOver))
        {
            return step.IsDone ? RestAfter(step) : new OutOfTime(step, time.Limit).Result(isFirst);
        }
    }

    private static WindowRest RestAfter(WindowStep step) => new(
        step.Message with { TimesOutOfTime = 0 }, step.Days.To.AddDays(1), null, step.Drift.Notes);

    private static WindowStep NextStep(
        FetchRequested message, WindowSource source, WindowLookUp? lookUp, AttemptDrift drift) => WindowStep.Create(
        message,
        source,
        lookUp is null
            ? message.From
            : lookUp.FirstOpen ?? throw new TransientFailureException(
                $"{message.Window}: every day is committed, but not the end. It will be looked up again."),
        drift);

    /// <summary>The account's source does not have the report, or its settings leave it out.</summary>
    private static RejectedEventException NotRead(Window window, Vendor vendor, Account account, Report report)
    {
        var where = $"the account '{account.Name}' below Vendors:{vendor.Section}:Accounts in the settings";
        return vendor.SourceOf(account) is { } source && !source.Reports.Contains(report.Name)
            ? new RejectedEventException(
                $"{window}: the account is read from the source '{source.Name}', which does not have the report "
                    + $"'{report.Name}'.",
                "What its source tells instead is read by the next run: discard this message. To read this report, "
                    + $"set the Source of {where} to {string.Join(
                        " or ",
                        vendor.Sources
                            .Where(other => other.Reports.Contains(report.Name))
                            .Select(other => $"'{other.Name}'"))}, and replay.")
            : new RejectedEventException(
                $"{window}: the settings leave the report '{report.Name}' of the account out; it reads "
                    + $"{string.Join(", ", account.Reports)}.",
                $"Discard this message. To read this report, add it to the Reports of {where}, and replay.");
    }

    private static RejectedEventException Unknown(string field, string given, IEnumerable<string> known) => new(
        $"{field} is '{given}', which is unknown.",
        Nearest.DidYouMean(given, known, otherwise: $"No {field} is configured."));
}

/// <summary>Where a window is to be had.</summary>
/// <param name="Account">Whom to ask, and with what.</param>
/// <param name="Report">What to ask for.</param>
internal sealed record WindowSource(Account Account, Report Report);

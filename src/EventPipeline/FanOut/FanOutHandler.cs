using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.FanOut;

/// <summary>
/// Turns one run into one fetch message per window. If delivered twice, it publishes the stored plan twice, which is
/// harmless.
/// </summary>
internal sealed partial class FanOutHandler(
    ConfiguredAccounts accounts,
    AccountIdentities identities,
    KnownVendors vendors,
    RunLedger ledger,
    RunPlans plans,
    ReportRefusals refusals,
    RunCompletion completion,
    RunCancellation cancellation,
    UnfinishedRuns unfinished,
    WindowPublisher windows,
    IOptions<RunOptions> options,
    IOptions<DatasetOptions> datasets,
    ILogger<FanOutHandler> logger)
{
    public async Task HandleAsync(RunRequested request, ReceivedEvent trigger, CancellationToken cancellationToken)
    {
        var runId = RunId.Create(trigger);
        RunSpan.Describe(runId, request.Mode);
        if (await IsCancelledAsync(runId, request.Mode, cancellationToken))
        {
            return;
        }

        var plan = await plans.FindAsync(runId, request.Mode, cancellationToken)
            ?? await plans.StoreAsync(
                await PlanAsync(runId, request, trigger.Time, cancellationToken), cancellationToken);
        if (await IsCancelledAsync(runId, request.Mode, cancellationToken))
        {
            return; // While it was planned.
        }

        var published = plan.Windows.Where(planned => planned.IsPublished).ToList();
        await windows.PublishAsync(runId, plan.Mode, plan.RequestedAt, published, cancellationToken);
        Log.Published(
            logger,
            runId,
            published.Count,
            plan.Windows.Count(planned => planned.Waiting),
            plan.Windows.Count(planned => planned.Skipped),
            plan.Mode.Name(),
            plan.From,
            plan.To);
        await windows.PublishWaitingAsync(plan.Mode, trigger.Time, cancellationToken);
        await EndStalledAsync(plan.Mode, runId, cancellationToken);
        if (plan.Windows.All(planned => planned.Skipped))
        {
            await completion.CompleteWhenAllEndedAsync(runId, plan.Mode, RunCompletion.Trigger, cancellationToken);
        }
    }

    private async Task<bool> IsCancelledAsync(string runId, RunMode mode, CancellationToken cancellationToken)
    {
        if (!await cancellation.AskAsync(runId, mode, RunCompletion.Trigger, cancellationToken))
        {
            return false;
        }

        Log.Cancelled(logger, runId, mode.Name());
        return true;
    }

    /// <summary>A run that has stalled is not this one's failure, nor is that it cannot be ended now.</summary>
    private async Task EndStalledAsync(RunMode mode, string ownRunId, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var stalled in await unfinished.EndStalledAsync(mode, ownRunId, cancellationToken))
            {
                Log.EndedStalled(logger, stalled, mode.Name());
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StalledLeft(logger, failure, mode.Name());
        }
    }

    private async Task<RunPlan> PlanAsync(
        string runId, RunRequested request, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var subjects = await SubjectsAsync(request, cancellationToken);
        var gapDays = options.Value.GapDays;
        var today = DateOnly.FromDateTime(time.UtcDateTime);
        var (from, to) = Planner.Horizon(request, today, gapDays, subjects.Select(subject => subject.Report));
        var reads = await ledger.SlicesReadAsync(request.Mode, from, to, cancellationToken);
        var plan = new Planner(reads, gapDays).Plan(runId, request, time, subjects);
        return await windows.WithinBudgetAsync(plan, cancellationToken);
    }

    private async Task<IReadOnlyList<PlanSubject>> SubjectsAsync(
        RunRequested request, CancellationToken cancellationToken)
    {
        var wanted = vendors.All.Where(vendor => request.Vendors?.Contains(vendor.Name) ?? true).ToList();
        var asked = wanted
            .SelectMany(vendor => accounts.For(vendor.Name))
            .Where(account => request.Accounts?.Contains(account.Name) ?? true)
            .ToList();
        var ids = await identities.FindKnownAsync(datasets.Value.For(request.Mode), asked, cancellationToken);
        var refused = (await refusals.FindAsync(request.Mode, cancellationToken))
            .Select(refusal => refusal.Subject)
            .ToHashSet();
        List<PlanSubject> subjects =
        [
            .. from vendor in wanted
               from account in asked
               where account.Vendor == vendor.Name
               from report in vendor.ReportsOf(account)
               where request.Reports?.Contains(report.Name) ?? true
               select new PlanSubject(account, ids.GetValueOrDefault(account), report)
               {
                   IsRefused = refused.Contains(new Subject(vendor.Name, account.Name, report.Name)),
               },
        ];
        RequireRead(request, asked, subjects);
        return subjects;
    }

    /// <summary>A report that none of the accounts reads was asked for by mistake, or by an old schedule.</summary>
    private static void RequireRead(
        RunRequested request, List<Account> asked, List<PlanSubject> subjects)
    {
        if (asked.Count > 0
            && request.Reports?.FirstOrDefault(name => subjects.All(subject => subject.Report.Name != name))
                is { } unread)
        {
            throw new RejectedEventException(
                $"No account of this run reads the report '{unread}': {string.Join(", ", asked.Select(Described))}.",
                "Ask for reports that the accounts read (GET /vendors lists them). To read it, add it to the Reports "
                    + "of an account below Vendors in the settings, or set the account's Source to one that has it, "
                    + "and replay.");
        }
    }

    private static string Described(Account account)
    {
        var what = string.Join(
            "; ",
            new[] { account.Source, string.Join(", ", account.Reports) }.Where(text => !string.IsNullOrEmpty(text)));
        return what.Length > 0 ? $"{account} ({what})" : $"{account}";
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "Run {RunId} requests {Windows} windows, leaves {Waiting} waiting and skips {Skipped}.",
            EventName = "run.planned")]
        public static partial void Published(
            ILogger logger,
            string runId,
            int windows,
            int waiting,
            int skipped,
            string mode,
            DateOnly from,
            DateOnly to);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "Run {RunId} publishes nothing: it was cancelled.",
            EventName = "run.cancelled")]
        public static partial void Cancelled(ILogger logger, string runId, string mode);

        [LoggerMessage(
            3,
            LogLevel.Warning,
            "Run {RunId} had stalled, and ended as failed. GET /runs/{RunId} says what was not read.",
            EventName = "run.stalled")]
        public static partial void EndedStalled(ILogger logger, string runId, string mode);

        [LoggerMessage(
            4,
            LogLevel.Warning,
            "Stalled runs in the dataset of mode {Mode} were not ended; the next run tries again.")]
        public static partial void StalledLeft(ILogger logger, Exception exception, string mode);
    }
}

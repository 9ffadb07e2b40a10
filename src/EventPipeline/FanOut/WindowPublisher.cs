using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>
/// Publishes windows as fetch messages: those of a plan, and, as far as a day's load jobs go, those that earlier runs
/// left waiting.
/// </summary>
internal sealed partial class WindowPublisher(
    IWarehouse warehouse,
    Backlog backlog,
    KnownVendors vendors,
    ConfiguredAccounts accounts,
    PublishMessages publish,
    TimeProvider clock,
    ILogger<WindowPublisher> logger)
{
    // Of a run of a hundred thousand windows, a publish request at a time is in memory.
    private const int MessagesAtOnce = 1_000;

    /// <summary>Publishes windows of a run, in their order; where load jobs are few, several in one message.</summary>
    /// <exception cref="TransientFailureException">The topic did not accept them; some may be published.</exception>
    public Task PublishAsync(
        string runId,
        RunMode mode,
        DateTimeOffset time,
        IReadOnlyList<PlannedWindow> windows,
        CancellationToken cancellationToken) =>
        PublishAsync(runId, mode, time, GroupsOf(windows, mode), cancellationToken);

    /// <summary>
    /// A plan of which some windows wait where the day's load jobs are spoken for, with what it needs of the warehouse.
    /// </summary>
    public async Task<RunPlan> WithinBudgetAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Mode == RunMode.DryRun || warehouse.MaxLoadsPerDay is null)
        {
            return plan;
        }

        if (!LoadBudget.Matters(plan.Windows))
        {
            return plan with { Needs = Needs(plan, loadJobsLeft: null) };
        }

        var budget = Budget((await backlog.FindAsync(plan.Mode, cancellationToken)).Published);
        plan = plan with { Windows = budget.Apply(plan.Windows) };
        var groups = GroupsOf([.. plan.Windows.Where(planned => planned.IsPublished)], plan.Mode);
        return plan with
        {
            LoadsToSpare = groups.Where(group => group[0].MayWait).Sum(WindowGroups.LoadsOf),
            Needs = Needs(plan, budget.Left),
        };
    }

    /// <summary>
    /// On how many days the windows of a plan are published, the first one included, if nothing waits already; null if
    /// daily runs leave no load jobs for those that wait.
    /// </summary>
    public int? DaysToPublish(RunPlan plan)
    {
        List<PlannedWindow> waiting = [.. plan.Windows.Where(planned => planned.Waiting)];
        var days = Budget(published: 0).LaterDays(waiting).Select(day => day.Count).ToList();
        return days.Sum() == waiting.Count ? 1 + days.Count : null;
    }

    /// <summary>
    /// Publishes what earlier runs left waiting and nobody has paused, the oldest run first. Cut off, it publishes some
    /// of it twice, which is harmless: a window that has ended is not read again.
    /// </summary>
    /// <param name="mode">
    /// The mode of the trigger in hand. What waits in another dataset than its own does not fail it.
    /// </param>
    /// <param name="time">The time of the trigger in hand, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task PublishWaitingAsync(RunMode mode, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (own, other) = mode == RunMode.Development
            ? (RunMode.Development, RunMode.Production)
            : (RunMode.Production, RunMode.Development);
        await PublishWaitingInAsync(own, time, cancellationToken);
        try
        {
            await PublishWaitingInAsync(other, time, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            PublisherLog.StillWaiting(logger, failure, other.Name());
        }
    }

    private async Task PublishAsync(
        string runId,
        RunMode mode,
        DateTimeOffset time,
        IEnumerable<IReadOnlyList<PlannedWindow>> groups,
        CancellationToken cancellationToken)
    {
        foreach (var some in groups.Chunk(MessagesAtOnce))
        {
            await publish(
                Topic.Fetch, [.. some.Select(group => Message(runId, mode, time, group))], cancellationToken);
        }
    }

    private async Task PublishWaitingInAsync(
        RunMode mode, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var state = await backlog.FindAsync(mode, cancellationToken);
        var budget = Budget(state.Published);
        foreach (var runId in state.Runs.TakeWhile(_ => budget.Left > 0))
        {
            var waiting = await backlog.WaitingAsync(runId, mode, cancellationToken);
            var some = waiting.Take(budget.Fitting(waiting)).ToList();
            if (some.Count == 0)
            {
                continue;
            }

            var (began, groups) = (clock.GetUtcNow(), budget.Groups(some).ToList());
            await PublishAsync(runId, mode, time, groups, cancellationToken);
            await backlog.RecordPublishedAsync(
                runId, mode, groups.Select(group => (WindowGroups.LoadsOf(group), group)), began, cancellationToken);
            PublisherLog.PublishedWaiting(logger, some.Count, runId, waiting.Count - some.Count, mode.Name());
            budget = budget with { Left = Math.Max(0, budget.Left - groups.Sum(WindowGroups.LoadsOf)) };
        }
    }

    private WarehouseNeeds Needs(RunPlan plan, int? loadJobsLeft)
    {
        var groups = GroupsOf([.. plan.Windows.Where(planned => !planned.Skipped)], plan.Mode).ToList();
        return new WarehouseNeeds(
            groups.Count,
            groups.Sum(WindowGroups.LoadsOf),
            loadJobsLeft,
            warehouse.MaxInsertsPerMinute is { } pace ? (double)groups.Count / pace : 0);
    }

    private LoadBudget Budget(long published) => warehouse.MaxLoadsPerDay is { } most
        ? LoadBudget.Create(
            most,
            vendors.All.Sum(
                vendor => accounts.For(vendor.Name).Sum(
                    account => LoadBudget.DailyWindows(vendor.ReportsOf(account)))),
            published)
        : LoadBudget.Unlimited;

    private IEnumerable<IReadOnlyList<PlannedWindow>> GroupsOf(IReadOnlyList<PlannedWindow> windows, RunMode mode) =>
        (mode == RunMode.DryRun ? LoadBudget.Unlimited : Budget(published: 0)).Groups(windows);

    private static OutgoingMessage Message(
        string runId, RunMode mode, DateTimeOffset time, IReadOnlyList<PlannedWindow> group)
    {
        var (vendor, account, report, from, to) = group[0].Window;
        var message = new FetchRequested(runId, mode, vendor, account, report, from, to, group[0].Force)
        {
            Others = [.. group.Skip(1).Select(Requested)],
        };
        return FetchRequestedReader.CloudEvent(message, time);
    }

    private static RequestedWindow Requested(PlannedWindow planned)
    {
        var (_, account, report, from, to) = planned.Window;
        return new RequestedWindow(account, report, from, to, planned.Force);
    }

    private static partial class PublisherLog
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Windows} windows of run {RunId} that waited were published; {Waiting} still wait.",
            EventName = "run.resumed")]
        public static partial void PublishedWaiting(
            ILogger logger, int windows, string runId, int waiting, string mode);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "The windows that wait in the dataset of mode {Mode} were not looked at; the next run does so again.")]
        public static partial void StillWaiting(ILogger logger, Exception exception, string mode);
    }
}

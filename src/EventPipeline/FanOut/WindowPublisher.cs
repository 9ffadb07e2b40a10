using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>Publishes windows as fetch messages, and says which of a plan a day's load jobs suffice for.</summary>
internal sealed class WindowPublisher(
    IWarehouse warehouse,
    Backlog backlog,
    KnownVendors vendors,
    ConfiguredAccounts accounts,
    PublishMessages publish)
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
            LoadsToSpare = groups.Sum(WindowGroups.CountedLoadsOf),
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

    /// <summary>Publishes a message for each group of windows.</summary>
    /// <exception cref="TransientFailureException">The topic did not accept them; some may be published.</exception>
    public async Task PublishAsync(
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

    private WarehouseNeeds Needs(RunPlan plan, int? loadJobsLeft)
    {
        var groups = GroupsOf([.. plan.Windows.Where(planned => !planned.Skipped)], plan.Mode).ToList();
        return new WarehouseNeeds(
            groups.Count,
            groups.Sum(WindowGroups.LoadsOf),
            loadJobsLeft,
            warehouse.MaxInsertsPerMinute is { } pace ? (double)groups.Count / pace : 0);
    }

    /// <summary>What a day has left that has published for so many load jobs of windows that may wait.</summary>
    public LoadBudget Budget(long published) => warehouse.MaxLoadsPerDay is { } most
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
}

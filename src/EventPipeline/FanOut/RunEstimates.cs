using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>Says what a run would come to, as far as that is known before anything is asked.</summary>
internal sealed class RunEstimates(
    RunPlanning planning, WindowPublisher windows, Backlog backlog, KnownVendors vendors)
{
    /// <param name="request">The request.</param>
    /// <param name="time">When it would be requested, UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RejectedEventException">None of its accounts reads a report that it asks for.</exception>
    public async Task<RunEstimate> EstimateAsync(
        RunRequested request, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var plan = await planning.PlanAsync("estimate", request, time, cancellationToken);
        var read = plan.Windows.Where(planned => !planned.Skipped).Select(planned => planned.Window).ToList();
        var (requests, warnings) = RequestNeeds.Of(read, vendors.All);
        var waiting = plan.Windows.Count(planned => planned.Waiting);
        var days = windows.DaysToPublish(plan);
        List<string> all = [.. warnings, .. await WaitsAsync(plan.Mode, waiting, days, cancellationToken)];
        return new RunEstimate(
            plan.Mode.Name(),
            plan.From,
            plan.To,
            read.Count,
            read.Sum(window => window.Days),
            waiting,
            [
                .. plan.Windows.GroupBy(planned => (planned.Why, planned.Skipped)).Select(same => new PlannedReason(
                    same.Key.Why, same.Key.Skipped, same.Count(), same.Sum(planned => planned.Window.Days))),
            ],
            requests,
            days)
        {
            Warehouse = plan.Needs,
            Warnings = all.Count == 0 ? null : all,
        };
    }

    private async Task<IReadOnlyList<string>> WaitsAsync(
        RunMode mode, int waiting, int? days, CancellationToken cancellationToken)
    {
        if (waiting == 0)
        {
            return [];
        }

        var before = (await backlog.FindAsync(mode, cancellationToken)).Runs;
        return
        [
            .. days is null
                ? (string[])
                [
                    "Daily runs take every load job that a table has in a day, so what waits is never read: ask for so "
                    + "few days or reports at a time that none has to wait.",
                ]
                : [],
            .. before.Select(run => $"Run {run} waits already, and goes first."),
        ];
    }
}

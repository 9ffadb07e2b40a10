using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>The plans of runs, stored once per run.</summary>
internal sealed class RunPlans(
    IWarehouse warehouse, IOptions<DatasetOptions> datasets, RunEvents ledger, TimeProvider clock)
{
    /// <summary>The stored plan of a run; null while there is none.</summary>
    public async Task<RunPlan?> FindAsync(string runId, RunMode mode, CancellationToken cancellationToken) =>
        await ledger.FindPlanAsync(runId, mode, cancellationToken) is not { } stored ? null
            : stored.Plan(
                stored.PlanId is null
                    ? []
                    : await ledger.PlannedWindowsAsync(runId, mode, stored, cancellationToken));

    /// <summary>
    /// Stores a plan once, and returns the stored one: the first of two at once. Its windows are stored first, under
    /// an id of the plan, and then, under an id derived from the run's, which plan it is.
    /// </summary>
    public async Task<RunPlan> StoreAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var planId = plan.Windows.Count <= RunEvents.MaxRowsPerInsert
            ? await InsertWindowsAsync(plan, cancellationToken)
            : await LoadWindowsAsync(plan, cancellationToken);
        var head = ledger.Create(plan.RunId, RunHistory.Planned, plan.Mode);
        head["plan_id"] = planId;
        StoredPlan.Describe(plan, head);
        return await ledger.InsertAsync(plan.Mode, $"plan_{plan.RunId}", [head], cancellationToken)
            ? plan
            : await FindAsync(plan.RunId, plan.Mode, cancellationToken)
                ?? throw new TransientFailureException($"The plan of run {plan.RunId} was stored, but is missing.");
    }

    private async Task<string> InsertWindowsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var planId = StoredPlan.IdOf(plan);
        if (plan.Windows.Count > 0)
        {
            await ledger.InsertAsync(
                plan.Mode, $"plan_{plan.RunId}_{planId}_0", [.. Rows(plan, planId)], cancellationToken);
        }

        return planId;
    }

    /// <summary>
    /// A hundred thousand windows would be 250 inserts, longer than their message may take: one load appends them all.
    /// Its id is of this attempt alone, so what an attempt that was cut off has appended belongs to no plan.
    /// </summary>
    private async Task<string> LoadWindowsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var planId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        await using var upload = await warehouse.StartUploadAsync(
            datasets.Value.For(plan.Mode), "run_events", planId, cancellationToken);
        using var line = new EventLine();
        foreach (var row in Rows(plan, planId))
        {
            await upload.WriteAsync(line.Write(row), cancellationToken);
        }

        await upload.LoadAsync(cancellationToken);
        return planId;
    }

    private IEnumerable<IReadOnlyDictionary<string, object?>> Rows(RunPlan plan, string planId)
    {
        foreach (var (position, planned) in plan.Windows.Index())
        {
            var row = ledger.Create(plan.RunId, RunHistory.WindowPlanned, plan.Mode, planned.Window);
            row["plan_id"] = planId;
            StoredPlan.Describe(planned, position, row);
            yield return row;
        }
    }
}

using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>The plans of runs, stored once per run.</summary>
internal sealed class RunPlans(
    IWarehouse warehouse, IOptions<DatasetOptions> datasets, RunEvents ledger, TimeProvider clock)
{
    /// <summary>At 21 values a row, below the 10,000 that one statement takes.</summary>
    private const int RowsPerInsert = 400;

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
        var planId = plan.Windows.Count <= RowsPerInsert
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
        var rows = plan.Windows.Index().Select(planned =>
        {
            var row = ledger.Create(plan.RunId, RunHistory.WindowPlanned, plan.Mode, planned.Item.Window);
            row["plan_id"] = planId;
            StoredPlan.Describe(planned.Item, planned.Index, row);
            return (IReadOnlyDictionary<string, object?>)row;
        }).ToList();
        if (rows.Count > 0)
        {
            await ledger.InsertAsync(plan.Mode, $"plan_{plan.RunId}_{planId}_0", rows, cancellationToken);
        }

        return planId;
    }

    /// <summary>
    /// A hundred thousand windows would be 250 inserts, longer than their message may take: one load appends them all.
    /// Its id is of this attempt alone, so what an attempt that was cut off has appended belongs to no plan.
    /// </summary>
    private async Task<string> LoadWindowsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var planId = Guid.CreateVersion7(now).ToString("N");
        await using var upload = await warehouse.StartUploadAsync(
            datasets.Value.For(plan.Mode), "run_events", planId, cancellationToken);
        using var line = new PlanLine(plan, planId, now);
        foreach (var (position, planned) in plan.Windows.Index())
        {
            await upload.WriteAsync(line.Write(planned, position), cancellationToken);
        }

        await upload.LoadAsync(cancellationToken);
        return planId;
    }
}

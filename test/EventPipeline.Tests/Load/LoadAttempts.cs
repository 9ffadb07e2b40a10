using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;

namespace EventPipeline.Tests.Load;

/// <summary>An attempt on its own, without the service that works on its window.</summary>
internal static class LoadAttempts
{
    public static LoadAttempt Create(IWarehouse warehouse, LoadRequest request, TimeProvider clock) => new(
        warehouse,
        new LoadPlace(warehouse, clock),
        new Commits(warehouse, clock),
        WarehouseFixture.Dataset,
        request,
        clock);

    public static Task BeginAsync(this LoadAttempt load, CancellationToken cancellationToken) =>
        load.BeginAsync(known: null, cancellationToken);

    public static Task<LoadOutcome> CompleteAsync(this LoadAttempt load, CancellationToken cancellationToken) =>
        load.CompleteAsync(_ => null, cancellationToken);

    /// <summary>What the commit of a load made visible.</summary>
    public static async Task<(SliceTotals First, SliceTotals Again)> BecameVisibleAsync(
        this WarehouseFixture file, LoadAttempt load)
    {
        IReadOnlyList<CommittedLoad> loads = [load.Committed.ShouldNotBeNull()];
        var rows = await file.Warehouse.QueryAsync(
            WarehouseFixture.Dataset, CommittedLoad.Visible(loads), TestContext.Current.CancellationToken);
        var (_, first, again) = CommittedLoad.Read(loads, rows).ShouldHaveSingleItem();
        return (first, again);
    }
}

using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Tests.Load;

/// <summary>A version that is shown again is not replaced by a read that did not know of it.</summary>
public sealed class RestorationTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly Report Report = new("cost", ReportKind.Daily, 7, 3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 7)]
    public async Task A_read_that_began_before_it_stays_hidden_and_a_forced_one_that_began_after_it_is_shown(
        bool isAfter, decimal shown)
    {
        var load = await LoadAsync(5m);
        await LoadAsync(9m);
        if (!isAfter)
        {
            await LoadAsync(7m, force: true, () => RestoreAsync(load));
        }
        else
        {
            await RestoreAsync(load);
            await LoadAsync(7m, force: true);
        }

        (await ShownAsync()).ShouldBe(shown);
    }

    [Fact]
    public async Task A_read_that_looked_before_it_and_begins_after_it_stays_hidden()
    {
        var load = await LoadAsync(5m);
        await LoadAsync(9m);
        var known = await WindowLookUp.AskAsync(
            file.Warehouse, WarehouseFixture.Dataset, "run", Request(false).Window, ["org-1"], Token);
        await RestoreAsync(load);

        await LoadAsync(7m, known: known);

        (await ShownAsync()).ShouldBe(5m);
    }

    [Fact]
    public async Task A_restored_load_is_not_removable_and_can_be_left_for_another_one()
    {
        var first = await LoadAsync(5m);
        var second = await LoadAsync(9m);

        await RestoreAsync(first);
        (await ShownAsync()).ShouldBe(5m);
        await RestoreAsync(second);
        (await ShownAsync()).ShouldBe(9m);
        await RestoreAsync(first);
        (await ShownAsync()).ShouldBe(5m);

        var removable = await new Compaction(
            file.Warehouse, WarehouseFixture.Dataset, TimeProvider.System.GetUtcNow().AddDays(1), "test").FindAsync(
                "cost_versions", Token);
        removable.ShouldHaveSingleItem().Loads.ShouldBe(1);
    }

    [Fact]
    public async Task What_compact_deletes_while_it_is_restored_shows_what_it_showed_before()
    {
        var first = await LoadAsync(5m);
        await LoadAsync(9m);
        var restoration = Restoration();
        var plan = await restoration.PlanAsync(Choice(first), Token);
        await file.Warehouse.ExecuteAsync(
            WarehouseFixture.Dataset,
            $"compact-{Guid.NewGuid():N}",
            new Statement(
                "compact",
                $"DELETE FROM {{dataset}}.cost_versions WHERE load_id = '{first}'",
                new Dictionary<string, object?>()),
            Token);

        var gone = await restoration.CommitAsync(plan, $"restore_{Guid.NewGuid():N}", Token);

        gone.ShouldHaveSingleItem().LoadId.ShouldBe(first);
        (await ShownAsync()).ShouldBe(9m);
        (await file.AskAsync("SELECT pinned FROM current_slices"))[0].ShouldBe([false]);
        (await file.AskAsync("SELECT COUNT(*) FROM restatements"))[0].ShouldBe([1L]);
    }

    private static VersionChoice Choice(string load) =>
        new(null, null, null, load, null, DateOnly.MinValue, DateOnly.MaxValue);

    private Restoration Restoration() => new(
        file.Warehouse, new Commits(file.Warehouse, TimeProvider.System), WarehouseFixture.Dataset);

    private async Task RestoreAsync(string load)
    {
        var restoration = Restoration();
        var plan = await restoration.PlanAsync(Choice(load), Token);
        plan.Slices.Count.ShouldBe(1);
        (await restoration.CommitAsync(plan, $"restore_{Guid.NewGuid():N}", Token)).ShouldBeEmpty();
    }

    private static LoadRequest Request(bool force) => new(
        $"run-{Guid.NewGuid():N}",
        RunMode.Production,
        new Window("anthropic", "acme", "cost", Day, Day),
        "org-1",
        Report,
        force,
        MessageId: null);

    private async Task<string> LoadAsync(
        decimal amount, bool force = false, Func<Task>? between = null, WindowLookUp? known = null)
    {
        await using var load = LoadAttempts.Create(file.Warehouse, Request(force), TimeProvider.System);
        await load.BeginAsync(known, Token);
        await (between?.Invoke() ?? Task.CompletedTask);
        await load.AcceptAsync(new BucketArrived(Day), Token);
        await load.AcceptAsync(BilledCost.Of(Day, RowKey.Create("0"), amount), Token);
        return (await load.CompleteAsync(Token)).LoadId!;
    }

    private async Task<decimal> ShownAsync() => (decimal)(await file.AskAsync("SELECT amount_usd FROM cost"))[0][0]!;
}

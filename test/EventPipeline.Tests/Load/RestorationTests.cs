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
        await DeleteAsync(first);

        var id = $"restore_{Guid.NewGuid():N}";
        await restoration.CommitAsync(plan, id, Token);
        var end = await restoration.CheckAsync(plan, id, Token);

        end.Compacted.ShouldHaveSingleItem().LoadId.ShouldBe(first);
        end.Replaced.ShouldBeEmpty();
        (await ShownAsync()).ShouldBe(9m);
        (await file.AskAsync("SELECT pinned FROM current_slices"))[0].ShouldBe([false]);
        (await file.AskAsync("SELECT COUNT(*) FROM restatements"))[0].ShouldBe([1L]);
    }

    /// <summary>
    /// A forced read that began before one that kept the restored version, and committed after it, is what counts.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_that_keeps_a_restored_version_never_looks_newer_than_a_forced_one(bool forcedEndsLast)
    {
        var first = await LoadAsync(5m);
        await LoadAsync(9m);
        await RestoreAsync(first);
        await using var forced = LoadAttempts.Create(file.Warehouse, Request(true), TimeProvider.System);
        await using var keeping = LoadAttempts.Create(file.Warehouse, Request(false), TimeProvider.System);
        await forced.BeginAsync(Token);
        await keeping.BeginAsync(Token);

        (LoadAttempt, decimal)[] ends = [(forced, 7m), (keeping, 8m)];
        foreach (var (load, amount) in forcedEndsLast ? ends.Reverse() : ends)
        {
            await load.AcceptAsync(new BucketArrived(Day), Token);
            await load.AcceptAsync(BilledCost.Of(Day, RowKey.Create("0"), amount), Token);
            await load.CompleteAsync(Token);
        }

        (await ShownAsync()).ShouldBe(7m);
        (await file.AskAsync("SELECT pinned FROM current_slices"))[0].ShouldBe([false]);
    }

    [Fact]
    public async Task A_forced_read_that_ends_between_the_commit_and_the_look_is_told_and_stays()
    {
        var first = await LoadAsync(5m);
        await LoadAsync(9m);
        var (restoration, id) = (Restoration(), $"restore_{Guid.NewGuid():N}");
        var plan = await restoration.PlanAsync(Choice(first), Token);
        await restoration.CommitAsync(plan, id, Token);
        await LoadAsync(7m, force: true);

        var end = await restoration.CheckAsync(plan, id, Token);

        end.Replaced.ShouldHaveSingleItem().LoadId.ShouldBe(first);
        (await ShownAsync()).ShouldBe(7m);
    }

    /// <summary>Stopped before the look, the next request looks.</summary>
    [Fact]
    public async Task A_restored_version_whose_rows_are_gone_is_found_by_the_next_request()
    {
        var first = await LoadAsync(5m);
        await LoadAsync(9m);
        await RestoreAsync(first);
        await DeleteAsync(first);

        (await Restoration().PlanAsync(Choice(first), Token)).Compacted.ShouldHaveSingleItem().LoadId.ShouldBe(first);
    }

    /// <summary>Whoever names a load wants it to stay; a time chooses only what has changed since.</summary>
    [Fact]
    public async Task A_version_that_is_shown_is_pinned_where_its_load_is_named()
    {
        var load = await LoadAsync(5m);

        (await Restoration().PlanAsync(
            Choice(load) with { LoadId = null, AsOf = TimeProvider.System.GetUtcNow() }, Token)).Slices.ShouldBeEmpty();
        await RestoreAsync(load);
        await LoadAsync(9m);

        (await ShownAsync()).ShouldBe(5m);
    }

    [Fact]
    public async Task A_restored_version_has_the_name_that_its_account_has_now()
    {
        var first = await LoadAsync(5m);
        await LoadAsync(9m, account: "acme-eu");

        await RestoreAsync(first);

        (await file.AskAsync("SELECT account, amount_usd FROM current_slices"))[0].ShouldBe(["acme-eu", 5m]);
    }

    private static VersionChoice Choice(string load) =>
        new(null, null, null, load, null, DateOnly.MinValue, DateOnly.MaxValue);

    private Restoration Restoration() => new(file.Warehouse, WarehouseFixture.Dataset);

    private async Task RestoreAsync(string load)
    {
        var restoration = Restoration();
        var plan = await restoration.PlanAsync(Choice(load), Token);
        plan.Slices.Count.ShouldBe(1);
        var id = $"restore_{Guid.NewGuid():N}";
        await restoration.CommitAsync(plan, id, Token);
        var end = await restoration.CheckAsync(plan, id, Token);
        (end.Compacted.Count, end.Replaced.Count).ShouldBe((0, 0));
    }

    private Task<bool> DeleteAsync(string load) => file.Warehouse.ExecuteAsync(
        WarehouseFixture.Dataset,
        $"compact-{Guid.NewGuid():N}",
        new Statement(
            "compact",
            $"DELETE FROM {{dataset}}.cost_versions WHERE load_id = '{load}'",
            new Dictionary<string, object?>()),
        Token);

    private static LoadRequest Request(bool force, string account = "acme") => new(
        $"run-{Guid.NewGuid():N}",
        RunMode.Production,
        new Window("anthropic", account, "cost", Day, Day),
        "org-1",
        Report,
        force,
        MessageId: null);

    private async Task<string> LoadAsync(
        decimal amount,
        bool force = false,
        Func<Task>? between = null,
        WindowLookUp? known = null,
        string account = "acme")
    {
        await using var load = LoadAttempts.Create(file.Warehouse, Request(force, account), TimeProvider.System);
        await load.BeginAsync(known, Token);
        await (between?.Invoke() ?? Task.CompletedTask);
        await load.AcceptAsync(new BucketArrived(Day), Token);
        await load.AcceptAsync(BilledCost.Of(Day, RowKey.Create("0"), amount), Token);
        return (await load.CompleteAsync(Token)).LoadId!;
    }

    private async Task<decimal> ShownAsync() => (decimal)(await file.AskAsync("SELECT amount_usd FROM cost"))[0][0]!;
}

using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>
/// Readers of one day whose clocks do not agree, and readers at once: what is shown, and what counts as having become
/// visible.
/// </summary>
public sealed class TwoClocksTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);
    private static readonly Window Window = new("anthropic", "acme", "cost", Day, Day);
    private static readonly SliceTotals Nothing = new(0, 0);

    private readonly FakeTimeProvider _right = new(Morning);
    private readonly FakeTimeProvider _ahead = new(Morning.AddHours(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_read_by_a_right_clock_is_shown_after_one_by_a_clock_that_was_ahead()
    {
        (await LoadAsync(_ahead, 1)).State.ShouldBe("loaded");
        _right.Advance(TimeSpan.FromMinutes(10));

        (await LoadAsync(_right, 2)).State.ShouldBe("loaded");

        (await ShownAsync()).ShouldBe(2m);
        (await LoadAsync(_right, 2)).State.ShouldBe("unchanged");
        (await LoadAsync(_right, 3)).State.ShouldBe("loaded");
        (await ShownAsync()).ShouldBe(3m);
        _right.Advance(TimeSpan.FromHours(2));
        (await LoadAsync(_right, 1)).State.ShouldBe("loaded");
        (await ShownAsync()).ShouldBe(1m);
        (await file.AskAsync("SELECT MAX(read_began) FROM slice_versions"))[0][0].ShouldBe(Morning.AddMinutes(130));
        (await file.AskAsync("SELECT previous_amount_usd, amount_usd FROM restatements ORDER BY read_began"))
            .ShouldBe([[1m, 2m], [2m, 3m], [3m, 1m]]);
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_told_and_one_that_is_right_is_not()
    {
        await LoadAsync(_ahead, 1);

        await using var behind = await BeginAsync(_right);
        behind.ClockAhead.ShouldBe(Morning.AddHours(1));
        _right.Advance(TimeSpan.FromHours(1));
        await using var right = await BeginAsync(_right);
        right.ClockAhead.ShouldBeNull();
    }

    [Fact]
    public async Task A_read_replaces_none_that_was_committed_while_it_was_read_though_it_compared_with_it()
    {
        await using var older = await BeginAsync(_right);
        _right.Advance(TimeSpan.FromMinutes(1));
        await LoadAsync(_right, 2);

        await CompleteAsync(older, 1);

        (await ShownAsync()).ShouldBe(2m);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    public async Task Two_that_follow_a_clock_that_was_ahead_keep_their_own_order_whoever_commits_first(
        int olderUsd, bool olderFirst)
    {
        await LoadAsync(_ahead, 1);
        await using var older = await BeginAsync(_right);
        _right.Advance(TimeSpan.FromMinutes(1));
        await using var newer = await BeginAsync(_right);
        foreach (
            var (load, usd) in olderFirst ? new[] { (older, olderUsd), (newer, 2) } : [(newer, 2), (older, olderUsd)])
        {
            await CompleteAsync(load, usd);
        }

        (await ShownAsync()).ShouldBe(2m);
    }

    [Fact]
    public async Task A_read_that_lies_in_the_future_settles_nothing()
    {
        await LoadAsync(_ahead, 1);
        var ledger = new RunLedger(
            file.Warehouse,
            Options.Create(new DatasetOptions()),
            ledger: null!,
            completion: null!,
            news: null!,
            _right);

        (await ledger.SlicesReadAsync(RunMode.Production, Day, Day, Token)).Values
            .ShouldHaveSingleItem().Began
            .ShouldBe(DateTimeOffset.MinValue);
        _right.Advance(TimeSpan.FromHours(1));
        (await ledger.SlicesReadAsync(RunMode.Production, Day, Day, Token)).Values
            .ShouldHaveSingleItem().Began
            .ShouldBe(Morning.AddHours(1));
    }

    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(false, 1, 0)]
    [InlineData(true, 5, 5)]
    [InlineData(false, 5, 0)]
    public async Task Of_two_first_loads_at_once_one_is_the_first(bool lateIsNewer, int lateUsd, int counts)
    {
        var parallel = new Parallel(file.Warehouse);
        await using var older = await BeginAsync(_right, lateIsNewer ? null : parallel);
        _right.Advance(TimeSpan.FromSeconds(1));
        await using var newer = await BeginAsync(_right, lateIsNewer ? parallel : null);
        var (early, late) = lateIsNewer ? (older, newer) : (newer, older);
        parallel.BeforeCommit = () => CompleteAsync(early, 1);

        await CompleteAsync(late, lateUsd);

        (await file.BecameVisibleAsync(early)).ShouldBe((new SliceTotals(1, 0) { BilledUsd = 1 }, Nothing));
        (await file.BecameVisibleAsync(late)).ShouldBe((Nothing, Billed(counts)));
        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(2L);
    }

    [Fact]
    public async Task A_stale_read_counts_nothing_and_one_that_replaces_counts_again()
    {
        await using var stale = await BeginAsync(_right);
        _right.Advance(TimeSpan.FromSeconds(1));
        await using var first = await BeginAsync(_right);
        await CompleteAsync(first, 2);
        await CompleteAsync(stale, 1);
        _right.Advance(TimeSpan.FromSeconds(1));
        await using var again = await BeginAsync(_right);
        await CompleteAsync(again, 3);

        (await file.BecameVisibleAsync(first)).ShouldBe((new SliceTotals(1, 0) { BilledUsd = 2 }, Nothing));
        (await file.BecameVisibleAsync(stale)).ShouldBe((Nothing, Nothing));
        (await file.BecameVisibleAsync(again)).ShouldBe((Nothing, new SliceTotals(1, 0) { BilledUsd = 3 }));
        (await ShownAsync()).ShouldBe(3m);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 0)]
    public async Task A_day_that_a_clock_ahead_committed_is_not_counted_as_the_first_again(int usd, int counts)
    {
        await LoadAsync(_ahead, 1);
        const string later =
            "UPDATE {dataset}.slice_versions SET committed_at = committed_at + INTERVAL 1 DAY WHERE TRUE";
        await file.Warehouse.ExecuteAsync(
            WarehouseFixture.Dataset, "ahead", new Statement("ahead", later, new Dictionary<string, object?>()), Token);

        await using var right = await BeginAsync(_right, force: true);
        await CompleteAsync(right, usd);

        (await file.BecameVisibleAsync(right)).ShouldBe((Nothing, Billed(counts)));
        (await ShownAsync()).ShouldBe((decimal)usd);
    }

    private async Task<LoadAttempt> BeginAsync(TimeProvider clock, IWarehouse? warehouse = null, bool force = false)
    {
        var report = new Report("cost", ReportKind.Daily, 7, 7);
        var load = LoadAttempts.Create(
            warehouse ?? file.Warehouse,
            new LoadRequest($"run-{Guid.NewGuid():N}", RunMode.Production, Window, "org-1", report, force, null),
            clock);
        await load.BeginAsync(Token);
        return load;
    }

    private async Task<LoadOutcome> LoadAsync(TimeProvider clock, decimal usd)
    {
        await using var load = await BeginAsync(clock);
        return await CompleteAsync(load, usd);
    }

    private static async Task<LoadOutcome> CompleteAsync(LoadAttempt load, decimal usd)
    {
        await load.AcceptAsync(new BucketArrived(Day), Token);
        await load.AcceptAsync(BilledCost.Of(Day, RowKey.Create("line"), usd), Token);
        return await load.CompleteAsync(Token);
    }

    private static SliceTotals Billed(decimal usd) => usd == 0 ? Nothing : new SliceTotals(1, 0) { BilledUsd = usd };

    private async Task<object?> ShownAsync() => (await file.AskAsync("SELECT SUM(amount_usd) FROM cost"))[0][0];

    /// <summary>
    /// The real warehouse, in which another load commits between one load's comparison and its commit.
    /// </summary>
    private sealed class Parallel(IWarehouse inner) : IWarehouse
    {
        public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

        public Task<IUpload> StartUploadAsync(
            string dataset, string table, string loadId, CancellationToken cancellationToken) =>
            inner.StartUploadAsync(dataset, table, loadId, cancellationToken);

        public Task<IReadOnlyList<Row>> QueryAsync(
            string dataset, Statement statement, CancellationToken cancellationToken) =>
            inner.QueryAsync(dataset, statement, cancellationToken);

        public async Task<bool> ExecuteAsync(
            string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
        {
            await BeforeCommit();
            return await inner.ExecuteAsync(dataset, statementId, statement, cancellationToken);
        }
    }
}

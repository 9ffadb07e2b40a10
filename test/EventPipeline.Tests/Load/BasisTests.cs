using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>Money of every basis is proved like billed money, and added to no other.</summary>
public sealed class BasisTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly Report Daily = new("spend", ReportKind.Daily, 7, 7)
    {
        Grains = new Dictionary<string, IReadOnlyList<string>>
        {
            ["by_key.v1"] = ["project", "key"], ["by_project.v1"] = ["project"],
        },
    };

    private static readonly Report Meter = new("meter", ReportKind.Meter, 1, 0);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData(CostBasis.List)]
    [InlineData(CostBasis.PricedUsage)]
    [InlineData("not_invented_yet")]
    public async Task A_sum_of_any_basis_is_proved_and_told_beside_what_is_billed(string basis)
    {
        await using var load = Begin(file.Warehouse, Daily);
        await ReadAsync(
            load, Cost("a", basis, 1.5m), Cost("b", basis, 0.000000000000000001m), Cost("c", CostBasis.Billed, 10));

        var outcome = await load.CompleteAsync(Token);

        var money = SumsByBasis.Create(10, 0).With(basis, 1.500000000000000001m);
        (outcome.State, outcome.Money).ShouldBe(("loaded", money));
        (await file.BecameVisibleAsync(load)).First.Money.ShouldBe(money);
        (await SumsAsync()).ShouldBe([["billed", 10m], [basis, 1.500000000000000001m]], ignoreOrder: true);
        (await file.AskAsync("SELECT amount_usd, estimated_usd FROM slice_versions"))[0].ShouldBe([10m, 0m]);
        (await file.AskAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0].ShouldBe([10m]);
        (await file.AskAsync("SELECT SUM(BilledCost) FROM focus"))[0].ShouldBe([10m]);
        (await file.AskAsync("SELECT SUM(amount_usd) FROM cost_estimated"))[0].ShouldBe([null]);
    }

    [Theory]
    [InlineData("\"amount_usd\":\"1.5\"", "\"amount_usd\":\"1.500000000000000001\"")]
    [InlineData("\"amount_usd\":\"1.5\"", "\"amount_usd\":\"0\"")]
    [InlineData("priced_usage", "list")]
    [InlineData("priced_usage", "billed")]
    [InlineData("\"basis\":\"estimated\"", "\"basis\":\"priced_usage\"")]
    [InlineData("billed", "priced_usage")]
    [InlineData("\"basis\":\"list\"", "\"basis\":\"billed\"")]
    [InlineData("\"basis\":\"list\"", "\"basis\":\"lists\"")]
    public async Task A_row_whose_amount_or_basis_changed_on_its_way_fails_the_proof(string from, string to)
    {
        await using var load = Begin(new RewritingWarehouse(file.Warehouse, from, to), Daily);
        await ReadAsync(
            load, Cost("a", CostBasis.PricedUsage, 1.5m), Cost("b", CostBasis.Billed, 10), Cost("c", CostBasis.List, 0),
            Cost("d", CostBasis.Estimated, 3));

        (await Should.ThrowAsync<TransientFailureException>(() => load.CompleteAsync(Token)))
            .Message.ShouldContain("failed verification");

        (await SumsAsync()).ShouldBeEmpty();
        (await file.AskAsync("SELECT COUNT(*) FROM slice_versions"))[0].ShouldBe([0L]);
    }

    [Fact]
    public async Task Finer_rows_stay_only_while_a_coarser_read_has_the_same_sum_of_every_basis()
    {
        await LoadAsync(
            Daily, Fine("a", CostBasis.List, 1), Fine("b", CostBasis.List, 2), Fine("c", CostBasis.Billed, 5));

        (await LoadAsync(Daily, Coarse(CostBasis.List, 3), Coarse(CostBasis.Billed, 5))).State.ShouldBe("unchanged");
        (await LoadAsync(Daily, Coarse(CostBasis.List, 4), Coarse(CostBasis.Billed, 5))).State.ShouldBe("loaded");

        static CostRecord Fine(string key, string basis, decimal usd) =>
            Cost(key, basis, usd) with { Grain = "by_key.v1" };

        static CostRecord Coarse(string basis, decimal usd) =>
            Cost("all", basis, usd) with { Grain = "by_project.v1" };
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_change_of_every_basis()
    {
        await LoadAsync(Daily, Cost("a", CostBasis.PricedUsage, 1), Cost("b", CostBasis.Billed, 2));
        await using var dry = Begin(file.Warehouse, Daily, RunMode.DryRun);
        await ReadAsync(dry, Cost("a", CostBasis.PricedUsage, 3), Cost("b", CostBasis.Billed, 2));

        (await dry.CompleteAsync(Token)).Differences.ShouldBe(
        [
            new SliceDifference(
                Day,
                "changed",
                new SliceTotals(2, 0) { Money = SumsByBasis.Create(2, 0).With("priced_usage", 1) },
                new SliceTotals(2, 0) { Money = SumsByBasis.Create(2, 0).With("priced_usage", 3) }),
        ]);
    }

    [Fact]
    public async Task What_a_meter_shows_is_loaded_and_in_no_total()
    {
        var first = await LoadAsync(Meter, Cost("a", CostBasis.Cumulative, 100), Cost("b", CostBasis.Cumulative, 7));
        (first.State, first.Rows, first.Money).ShouldBe(("loaded", 2L, SumsByBasis.None));

        await using var load = Begin(file.Warehouse, Meter);
        await ReadAsync(load, Cost("a", CostBasis.Cumulative, 130), Cost("b", CostBasis.Cumulative, 7));
        (await load.CompleteAsync(Token)).State.ShouldBe("loaded");

        (await file.BecameVisibleAsync(load)).Again.Money.ShouldBe(SumsByBasis.None);
        (await SumsAsync()).ShouldBe([["cumulative", 137m]]);
        foreach (var sum in new[]
        {
            "SUM(amount_usd) FROM cost",
            "SUM(amount_usd) FROM cost_estimated",
            "SUM(amount_usd) FROM daily_cost",
            "SUM(BilledCost) FROM focus",
            "SUM(ListCost) FROM focus",
            "SUM(total_tokens) FROM daily_usage",
            "NULLIF(SUM(amount_usd + estimated_usd), 0) FROM slice_versions",
            "NULLIF(SUM(amount_usd - previous_amount_usd), 0) FROM restatements",
        })
        {
            (await file.AskAsync($"SELECT {sum}"))[0].ShouldBe([null], sum);
        }
    }

    [Fact]
    public async Task What_a_meter_shows_is_proved_too()
    {
        await using var load = Begin(new RewritingWarehouse(file.Warehouse, "\"100\"", "\"1000\""), Meter);
        await ReadAsync(load, Cost("a", CostBasis.Cumulative, 100));

        (await Should.ThrowAsync<TransientFailureException>(() => load.CompleteAsync(Token)))
            .Message.ShouldContain("failed verification");
    }

    [Fact]
    public async Task Only_a_meter_has_rows_that_no_total_adds_and_it_has_no_others()
    {
        await using var daily = Begin(file.Warehouse, Daily);
        await Should.ThrowAsync<InvalidOperationException>(() => ReadAsync(daily, Cost("a", CostBasis.Cumulative, 1)));

        await using var meter = Begin(file.Warehouse, Meter);
        await Should.ThrowAsync<InvalidOperationException>(() => ReadAsync(meter, Cost("a", CostBasis.Billed, 1)));
    }

    private async Task<LoadOutcome> LoadAsync(Report report, params VendorRecord[] rows)
    {
        await using var load = Begin(file.Warehouse, report);
        await ReadAsync(load, rows);
        return await load.CompleteAsync(Token);
    }

    private LoadAttempt Begin(IWarehouse warehouse, Report report, RunMode mode = RunMode.Production)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var window = new Window("anthropic", "acme", report.Name, Day, Day);
        var request = new LoadRequest(
            $"run-{Guid.NewGuid():N}", mode, window, "org-1", report, Force: false, MessageId: null);
        return LoadAttempts.Create(warehouse, request, _clock);
    }

    private static async Task ReadAsync(LoadAttempt load, params VendorRecord[] rows)
    {
        await load.BeginAsync(Token);
        await load.AcceptAsync(new BucketArrived(Day), Token);
        foreach (var row in rows)
        {
            await load.AcceptAsync(row, Token);
        }
    }

    private static CostRecord Cost(string key, string basis, decimal usd) =>
        BilledCost.Of(Day, RowKey.Create(key, basis), usd) with
        {
            Report = basis == CostBasis.Cumulative ? Meter.Name : Daily.Name,
            Basis = basis,
        };

    private Task<IReadOnlyList<IReadOnlyList<object?>>> SumsAsync() =>
        file.AskAsync("SELECT basis, SUM(amount_usd) FROM cost_all GROUP BY basis ORDER BY basis");
}

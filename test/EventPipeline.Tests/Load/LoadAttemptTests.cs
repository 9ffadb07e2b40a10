using CsCheck;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>The load protocol against a real DuckDB file.</summary>
public sealed class LoadAttemptTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Monday = new(2026, 11, 16);
    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);
    private static readonly Report Report = new("cost", ReportKind.Daily, 7, 7)
    {
        Grains = new Dictionary<string, IReadOnlyList<string>>
        {
            ["by_key.v1"] = ["project", "key"],
            ["by_project.v1"] = ["project"],
            ["by_team.v1"] = ["team"],
        },
    };

    private static readonly Window Window = new("anthropic", "acme", "cost", Monday, Monday.AddDays(1));

    private readonly FakeTimeProvider _clock = new(Morning);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task What_was_read_is_visible_once_it_is_committed_to_the_last_decimal()
    {
        await using var load = Begin();
        await ReadAsync(load, (Monday, "a", 0.012345678901234567m), (Monday.AddDays(1), "a", -3m));
        (await SumAsync()).ShouldBe(null);

        var outcome = await load.CompleteAsync(Token);

        (outcome.State, outcome.Rows, outcome.Money.BilledUsd).ShouldBe(("loaded", 2L, -2.987654321098765433m));
        (await SumAsync()).ShouldBe(-2.987654321098765433m);
    }

    [Fact]
    public async Task Quantities_land_to_the_last_decimal_and_are_proved()
    {
        await using var load = Begin();
        await AcceptAsync(
            load,
            Cost(Monday, "a", 1) with { Quantity = 0.000000000000000001m },
            Cost(Monday, "b", 1) with { Quantity = -12345678901.5m });
        (await load.CompleteAsync(Token)).State.ShouldBe("loaded");
        (await file.AskAsync("SELECT quantity FROM cost ORDER BY quantity"))
            .Select(row => row[0]).ShouldBe([-12345678901.5m, 0.000000000000000001m]);

        _clock.Advance(TimeSpan.FromSeconds(1));
        var rewriting = new RewritingWarehouse(file.Warehouse, "000007\"", "000008\"");
        await using var wrong = LoadAttempts.Create(rewriting, Request(RunMode.Production, false), _clock);
        await AcceptAsync(wrong, Cost(Monday, "a", 1) with { Quantity = 0.000000000000000007m });
        (await Should.ThrowAsync<TransientFailureException>(() => wrong.CompleteAsync(Token))).Message
            .ShouldContain("failed verification");
    }

    [Fact]
    public async Task Quantities_of_units_that_have_too_many_digits_together_are_loaded_and_proved()
    {
        await using var load = Begin();
        await AcceptAsync(
            load, Cost(Monday, "a", 1) with { Quantity = 80_000_000_000m, QuantityUnit = "tokens" },
            Cost(Monday, "b", 1) with { Quantity = 0.016666666666666666m, QuantityUnit = "duration_hours" });

        (await load.CompleteAsync(Token)).State.ShouldBe("loaded");
        (await file.AskAsync("SELECT quantity FROM cost ORDER BY quantity"))
            .Select(row => row[0])
            .ShouldBe([0.016666666666666666m, 80_000_000_000m]);
    }

    [Fact]
    public async Task Totals_are_exact_whatever_the_order_and_refused_before_anything_is_written_where_no_column_holds_them()
    {
        decimal[] amounts =
        [
            70_000_000_000m,
            0.000000000000000001m,
            -70_000_000_000m,
            60_000_000_000.1m,
            10_000_000_000m,
        ];
        await using var load = Begin();
        await AcceptAsync(load, [.. amounts.Select((amount, i) => Cost(Monday, $"{i}", amount))]);
        (await load.CompleteAsync(Token)).Money.BilledUsd.ShouldBe(70_000_000_000.100000000000000001m);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var lost = Begin();
        await AcceptAsync(lost, Cost(Monday, "a", 700_000_000_000m), Cost(Monday, "b", 0.000000000000000001m));
        await Should.ThrowAsync<OverflowException>(() => lost.CompleteAsync(Token));
        (await SumAsync()).ShouldBe(70_000_000_000.100000000000000001m);
        (await file.AskAsync("SELECT COUNT(DISTINCT load_id) FROM cost_versions"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task Finer_rows_stay_while_a_coarser_read_adds_up_to_the_same_and_go_when_it_does_not()
    {
        await LoadRowsAsync(Fine("a", 1), Fine("b", 2));

        var same = await LoadRowsAsync(Coarse(3));
        same.State.ShouldBe("unchanged");
        (await file.AskAsync("SELECT grain, row_count FROM current_slices ORDER BY usage_date"))[0]
            .ShouldBe(["by_key.v1", 2L]);
        (await file.AskAsync("SELECT COUNT(*) FROM cost WHERE grain = 'by_key.v1'"))[0][0].ShouldBe(2L);
        (await LoadRowsAsync(Fine("a", 1), Fine("b", 2))).State.ShouldBe("unchanged");
        (await file.AskAsync("SELECT COUNT(*) FROM restatements"))[0][0].ShouldBe(0L);

        (await LoadRowsAsync(Coarse(3) with { Quantity = 1 })).State.ShouldBe("loaded");
        (await file.AskAsync("SELECT grain, amount_usd FROM daily_cost"))[0].ShouldBe(["by_project.v1", 3m]);
        (await LoadRowsAsync(Fine("a", 1), Fine("b", 2))).State.ShouldBe("loaded");
        (await LoadRowsAsync(Coarse(4))).State.ShouldBe("loaded");
        (await SumAsync()).ShouldBe(4m);

        (await LoadRowsAsync(Coarse(4) with { Grain = "by_team.v1" })).State.ShouldBe("loaded");

        CostRecord Fine(string key, decimal usd) => Cost(Monday, key, usd) with { Grain = "by_key.v1" };

        CostRecord Coarse(decimal usd) => Cost(Monday, "all", usd) with { Grain = "by_project.v1" };
    }

    [Theory]
    [InlineData(null, "unchanged")]
    [InlineData(5, "unchanged")]
    [InlineData(0, "loaded")]
    [InlineData(6, "loaded")]
    public async Task Coarser_rows_that_tell_another_quantity_replace_finer_ones_and_those_that_tell_none_do_not(
        int? quantity, string state)
    {
        await LoadRowsAsync(Usage("by_key.v1", 100, 0) with { Quantity = 5, QuantityUnit = "sessions" });

        (
            await LoadRowsAsync(
                Usage("by_project.v1", 100, 0) with { Quantity = quantity, QuantityUnit = "sessions" })).State
            .ShouldBe(state);
    }

    [Theory]
    [InlineData(100, 0, "unchanged")]
    [InlineData(40, 60, "loaded")]
    public async Task Coarser_rows_that_tell_tokens_of_another_kind_replace_finer_ones(
        int input, int cached, string state)
    {
        await LoadRowsAsync(Usage("by_key.v1", 100, 0));

        (await LoadRowsAsync(Usage("by_project.v1", input, cached))).State.ShouldBe(state);

        (await file.AskAsync("SELECT SUM(input_uncached_tokens), SUM(cache_read_tokens) FROM usage"))
            .ShouldBe([[(decimal)input, (decimal)cached]]);
    }

    [Fact]
    public async Task Finer_rows_that_stay_are_shown_though_their_account_was_merged_into_the_one_that_is_read()
    {
        await LoadRowsAsync(
            "acme", Cost(Monday, "a", 1) with { Grain = "by_key.v1", AccountId = "acme" }, Cost(Monday, "b", 2) with
        {
            Grain = "by_key.v1",
            AccountId = "acme",
        });
        await file.Warehouse.ExecuteAsync(
            WarehouseFixture.Dataset, "merge",
            new Statement(
                "merge",
                "INSERT INTO {dataset}.account_identity (vendor, account_id, mark, value, recorded_at) VALUES "
                    + "('anthropic', 'acme', 'merged_into', 'org-1', CURRENT_TIMESTAMP)",
                new Dictionary<string, object?>()),
            Token);

        (await LoadRowsAsync("org-1", Cost(Monday, "all", 3) with { Grain = "by_project.v1" })).State
            .ShouldBe("unchanged");

        (await file.AskAsync("SELECT account_id, amount_usd FROM cost ORDER BY 2"))
            .ShouldBe([["org-1", 1m], ["org-1", 2m]]);
    }

    private Task<LoadOutcome> LoadRowsAsync(params VendorRecord[] rows) => LoadRowsAsync("org-1", rows);

    private async Task<LoadOutcome> LoadRowsAsync(string accountId, params VendorRecord[] rows)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var load = LoadAttempts.Create(
            file.Warehouse,
            Request(RunMode.Production, false) with
            {
                AccountId = accountId,
                StoredIds = [accountId, "acme"],
            },
            _clock);
        await AcceptAsync(load, rows);
        return await load.CompleteAsync(Token);
    }

    private static UsageRecord Usage(string grain, long input, long cached) => new()
    {
        RowKey = RowKey.Create(grain),
        Vendor = "anthropic",
        AccountId = "org-1",
        Report = "cost",
        Grain = grain,
        UsageDate = Monday,
        BucketStart = new DateTimeOffset(Monday, TimeOnly.MinValue, TimeSpan.Zero), BucketWidth = "1d", Product = "api",
        InputUncachedTokens = input, CacheReadTokens = cached,
    };

    [Fact]
    public async Task A_window_read_again_that_finds_nothing_new_writes_no_facts()
    {
        await LoadAsync((Monday, "a", 1));

        var again = await LoadAsync((Monday, "a", 1));

        again.State.ShouldBe("unchanged");
        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(1L);
        (await file.AskAsync("SELECT COUNT(*) FROM slice_versions"))[0][0].ShouldBe(4L);
        (await file.AskAsync("SELECT COUNT(DISTINCT load_id) FROM raw_page"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task Force_loads_what_did_not_change()
    {
        await LoadAsync((Monday, "a", 1));

        (await LoadAsync(force: true, (Monday, "a", 1))).State.ShouldBe("loaded");
        (await SumAsync()).ShouldBe(1m);
    }

    [Fact]
    public async Task A_restatement_replaces_the_whole_day_and_both_versions_stay()
    {
        await LoadAsync((Monday, "a", 1), (Monday, "b", 2), (Monday.AddDays(1), "a", 4));

        await LoadAsync((Monday, "a", 1.5m), (Monday.AddDays(1), "a", 4));

        (await SumAsync()).ShouldBe(5.5m);
        var restated = await file.AskAsync("SELECT usage_date, previous_amount_usd, amount_usd FROM restatements");
        restated.ShouldHaveSingleItem().ShouldBe([Monday, 3m, 1.5m]);
    }

    [Fact]
    public async Task A_day_that_became_empty_shows_no_rows()
    {
        await LoadAsync((Monday, "a", 1));

        (await LoadAsync()).State.ShouldBe("empty");
        (await SumAsync()).ShouldBe(null);
    }

    [Fact]
    public async Task An_older_read_never_replaces_a_newer_one()
    {
        await using var stale = Begin();
        await ReadAsync(stale, (Monday, "a", 1));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LoadAsync((Monday, "a", 2));

        await stale.CompleteAsync(Token);

        (await SumAsync()).ShouldBe(2m);
    }

    [Fact]
    public async Task Two_first_loads_at_once_show_each_row_once()
    {
        await using var one = Begin();
        await using var other = Begin();
        await ReadAsync(one, (Monday, "a", 1));
        await ReadAsync(other, (Monday, "a", 1));

        await Task.WhenAll(one.CompleteAsync(Token), other.CompleteAsync(Token));

        (await SumAsync()).ShouldBe(1m);
    }

    [Fact]
    public async Task An_abandoned_attempt_leaves_nothing_visible()
    {
        await using (var load = Begin())
        {
            await ReadAsync(load, (Monday, "a", 1));
        }

        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(0L);
    }

    [Fact]
    public async Task A_dry_run_reports_the_difference_and_writes_nothing()
    {
        await LoadAsync((Monday, "a", 1));
        await using var load = Begin(RunMode.DryRun);
        await ReadAsync(load, (Monday, "a", 3), (Monday.AddDays(1), "a", 5));

        var outcome = await load.CompleteAsync(Token);

        outcome.Differences.ShouldBe(
        [
            new SliceDifference(Monday, "changed", Billed(1), Billed(3)),
            new SliceDifference(Monday.AddDays(1), "changed", new SliceTotals(0, 0), Billed(5)),
        ]);
        (await SumAsync()).ShouldBe(1m);
        (await file.AskAsync("SELECT COUNT(*) FROM slice_versions"))[0][0].ShouldBe(2L);

        static SliceTotals Billed(decimal usd) => new(1, 0) { BilledUsd = usd };
    }

    [Fact]
    public async Task Landed_rows_that_differ_from_what_was_read_fail_the_attempt_before_anything_is_visible()
    {
        var losing = new LosingWarehouse(file.Warehouse);
        await using var load = LoadAttempts.Create(losing, Request(RunMode.Production, false), _clock);
        await ReadAsync(load, (Monday, "a", 1), (Monday, "b", 2));

        (await Should.ThrowAsync<TransientFailureException>(() => load.CompleteAsync(Token))).Message
            .ShouldContain("failed verification");

        (await SumAsync()).ShouldBe(null);
        (await file.AskAsync("SELECT COUNT(*) FROM slice_versions"))[0][0].ShouldBe(0L);
    }

    [Fact]
    public async Task The_view_is_the_newest_read_whatever_the_order_of_commits() => await Gen
        .Select(Gen.Int[1, 3].Array[1, 5], Gen.Int[0, 1000])
        .SampleAsync(
            async (amounts, seed) =>
            {
                await file.EmptyAsync();
                var clock = new FakeTimeProvider(Morning);
                var loads = new List<LoadAttempt>();
                foreach (var amount in amounts)
                {
                    var load = LoadAttempts.Create(file.Warehouse, Request(RunMode.Production, false), clock);
                    await ReadAsync(load, (Monday, "a", amount));
                    loads.Add(load);
                    clock.Advance(TimeSpan.FromSeconds(1));
                }

                var order = loads.ToArray();
                new Random(seed).Shuffle(order);
                foreach (var load in order)
                {
                    await load.CompleteAsync(CancellationToken.None);
                    await load.DisposeAsync();
                }

                var sum =
                    (await file.Warehouse.AskAsync("SELECT SUM(amount_usd) FROM cost", CancellationToken.None))
                        .Rows[0][0];
                return (decimal)sum! == amounts[^1];
            },
            iter: 8,
            threads: 1);

    private LoadAttempt Begin(RunMode mode = RunMode.Production, bool force = false) =>
        LoadAttempts.Create(file.Warehouse, Request(mode, force), _clock);

    private static LoadRequest Request(RunMode mode, bool force) =>
        new($"run-{Guid.NewGuid():N}", mode, Window, "org-1", Report, force, null);

    private Task<LoadOutcome> LoadAsync(params (DateOnly Day, string Key, decimal Usd)[] rows) =>
        LoadAsync(false, rows);

    private async Task<LoadOutcome> LoadAsync(bool force, params (DateOnly Day, string Key, decimal Usd)[] rows)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var load = Begin(force: force);
        await ReadAsync(load, rows);
        return await load.CompleteAsync(Token);
    }

    private static async Task ReadAsync(LoadAttempt load, params (DateOnly Day, string Key, decimal Usd)[] rows)
    {
        await load.BeginAsync(CancellationToken.None);
        await load.KeepPageAsync(new PagePart(1, 1, "hash", 200, "{\"data\":[]}"u8.ToArray()), CancellationToken.None);
        foreach (var day in Window.EachDay())
        {
            await load.AcceptAsync(new BucketArrived(day), CancellationToken.None);
            foreach (var row in rows.Where(row => row.Day == day))
            {
                await load.AcceptAsync(Cost(row.Day, row.Key, row.Usd), CancellationToken.None);
            }
        }
    }

    private static async Task AcceptAsync(LoadAttempt load, params VendorRecord[] rows)
    {
        await load.BeginAsync(Token);
        await load.AcceptAsync(new BucketArrived(Monday), Token);
        foreach (var row in rows)
        {
            await load.AcceptAsync(row, Token);
        }

        await load.AcceptAsync(new BucketArrived(Monday.AddDays(1)), Token);
    }

    private static CostRecord Cost(DateOnly day, string key, decimal usd) =>
        BilledCost.Of(day, RowKey.Create(key, $"{day:O}"), usd);

    private async Task<decimal?> SumAsync() =>
        (decimal?)(await file.AskAsync("SELECT SUM(amount_usd) FROM cost"))[0][0];

    /// <summary>Loses the first row of every upload, as no warehouse should.</summary>
    private sealed class LosingWarehouse(IWarehouse inner) : IWarehouse
    {
        public async Task<IUpload> StartUploadAsync(
            string dataset, string table, string loadId, CancellationToken cancellationToken) =>
            new LosingUpload(await inner.StartUploadAsync(dataset, table, loadId, cancellationToken));

        public Task<IReadOnlyList<Row>> QueryAsync(
            string dataset, Statement statement, CancellationToken cancellationToken) =>
            inner.QueryAsync(dataset, statement, cancellationToken);

        public Task<bool> ExecuteAsync(
            string dataset, string statementId, Statement statement, CancellationToken cancellationToken) =>
            inner.ExecuteAsync(dataset, statementId, statement, cancellationToken);

        private sealed class LosingUpload(IUpload inner) : IUpload
        {
            private bool _lost;

            public void Begin(int part) => inner.Begin(part);

            public void LeaveOut(int part) => inner.LeaveOut(part);

            public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
            {
                var lose = !_lost;
                _lost = true;
                return lose ? ValueTask.CompletedTask : inner.WriteAsync(row, cancellationToken);
            }

            public Task LoadAsync(CancellationToken cancellationToken) => inner.LoadAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}

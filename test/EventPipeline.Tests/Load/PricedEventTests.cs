using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>Events with a price, and seats with a meter: loaded and proved like every other row.</summary>
public sealed class PricedEventTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly Report Events = new("usage_events", ReportKind.Daily, 30, 3);
    private static readonly Report Meter = new("spend", ReportKind.Meter, 1, 0);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task An_event_is_usage_and_priced_usage_and_nothing_that_is_billed()
    {
        var outcome = await LoadAsync(file.Warehouse, Events, Event("a", 1.5m), Event("b", 0.000000000000000001m));

        (outcome.State, outcome.Rows, outcome.Tokens).ShouldBe(("loaded", 2L, 30L));
        outcome.Money.ShouldBe(SumsByBasis.None.With(CostBasis.PricedUsage, 1.500000000000000001m));
        (await file.AskAsync("SELECT SUM(charged_usd), SUM(fee_usd), MIN(basis) FROM usage_event"))[0]
            .ShouldBe([1.500000000000000001m, 1m, "priced_usage"]);
        (await file.AskAsync(
            "SELECT input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, total_tokens, "
                + "requests, quantity, quantity_unit, level FROM daily_usage"))
            .ShouldHaveSingleItem().Select(value => value?.ToString())
            .ShouldBe(["2", "4", "8", "16", "30", null, "2.8", "request_units", null]);
        (await file.AskAsync("SELECT basis, amount_usd, fee_usd FROM daily_cost_all")).ShouldHaveSingleItem()
            .ShouldBe(["priced_usage", 1.500000000000000001m, 1m]);
        (await file.AskAsync("SELECT COUNT(*) FROM daily_cost"))[0].ShouldBe([0L]);
        (await file.AskAsync("SELECT COUNT(*) FROM focus"))[0].ShouldBe([0L]);
        (await file.AskAsync("SELECT tokens, amount_usd, estimated_usd FROM slice_versions"))[0]
            .ShouldBe([30L, 0m, 0m]);
    }

    [Fact]
    public async Task Lines_and_events_stand_beside_each_other_by_basis()
    {
        await LoadAsync(file.Warehouse, Events, Event("a", 1.5m));
        await LoadAsync(
            file.Warehouse,
            Events with { Name = "cost" },
            BilledCost.Of(Day, RowKey.Create("a"), 10),
            BilledCost.Of(Day, RowKey.Create("b"), 4) with { Basis = CostBasis.PricedUsage });

        (await file.AskAsync("SELECT basis, SUM(amount_usd) FROM daily_cost_all GROUP BY basis ORDER BY basis"))
            .ShouldBe([["billed", 10m], ["priced_usage", 5.5m]]);
        (await file.AskAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0].ShouldBe([10m]);
    }

    [Theory]
    [InlineData("\"charged_usd\":\"1.5\"", "\"charged_usd\":\"1.500000000000000001\"")]
    [InlineData("priced_usage", "billed")]
    [InlineData("\"output_tokens\":\"8\"", "\"output_tokens\":\"9\"")]
    [InlineData(
        "\"cache_read_tokens\":\"2\",\"cache_write_tokens\":\"4\"",
        "\"cache_read_tokens\":\"4\",\"cache_write_tokens\":\"2\"")]
    [InlineData("\"quantity\":\"1.4\"", "\"quantity\":\"1.5\"")]
    public async Task An_event_that_changed_on_its_way_fails_the_proof(string from, string to)
    {
        (await Should.ThrowAsync<TransientFailureException>(
            () => LoadAsync(new RewritingWarehouse(file.Warehouse, from, to), Events, Event("a", 1.5m))))
            .Message.ShouldContain("failed verification");

        (await file.AskAsync("SELECT COUNT(*) FROM usage_event"))[0].ShouldBe([0L]);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_change_of_events()
    {
        await LoadAsync(file.Warehouse, Events, Event("a", 1));

        var outcome = await LoadAsync(file.Warehouse, Events, RunMode.DryRun, Event("a", 3));

        outcome.Differences.ShouldBe(
        [
            new SliceDifference(
                Day,
                "changed",
                new SliceTotals(1, 15) { Money = SumsByBasis.None.With("priced_usage", 1) },
                new SliceTotals(1, 15) { Money = SumsByBasis.None.With("priced_usage", 3) }),
        ]);
    }

    [Fact]
    public async Task What_seats_have_spent_is_shown_as_it_was_and_in_no_total()
    {
        var outcome = await LoadAsync(
            file.Warehouse, Meter, Seat("a", 7, 10), Seat("b", 0, null), Seat("c", null, null));

        (outcome.State, outcome.Rows, outcome.Money).ShouldBe(("loaded", 3L, SumsByBasis.None));
        (await file.AskAsync("SELECT user_id, spend_usd, overall_spend_usd FROM seat ORDER BY user_id"))
            .ShouldBe([["a", 7m, 10m], ["b", 0m, null], ["c", null, null]]);
        (await file.AskAsync("SELECT COUNT(*) FROM daily_cost_all"))[0].ShouldBe([0L]);
    }

    [Theory]
    [InlineData("\"spend_usd\":\"7\"", "\"spend_usd\":\"8\"")]
    [InlineData("\"overall_spend_usd\":\"10\"", "\"overall_spend_usd\":\"1\"")]
    [InlineData("\"overall_spend_usd\":\"0\",", "")]
    public async Task A_seat_that_changed_on_its_way_fails_the_proof(string from, string to) =>
        (await Should.ThrowAsync<TransientFailureException>(
            () => LoadAsync(
                new RewritingWarehouse(file.Warehouse, from, to), Meter, Seat("a", 7, 10), Seat("b", 1, 0))))
        .Message.ShouldContain("failed verification");

    [Fact]
    public async Task Seats_without_an_amount_may_be_a_snapshot_and_no_part_of_a_past()
    {
        var snapshot = Meter with { Kind = ReportKind.Snapshot };

        (await LoadAsync(file.Warehouse, snapshot, Seat("a", null, null))).State.ShouldBe("loaded");
        await Should.ThrowAsync<InvalidOperationException>(
            () => LoadAsync(file.Warehouse, snapshot, Seat("b", 0, null)));
        await Should.ThrowAsync<InvalidOperationException>(
            () => LoadAsync(file.Warehouse, Events, Seat("a", null, null)));
    }

    [Fact]
    public async Task Seats_belong_to_a_meter()
    {
        (await Should.ThrowAsync<InvalidOperationException>(
            () => LoadAsync(file.Warehouse, Events, Seat("a", 7, 10)))).Message.ShouldContain("belong to a meter");
        await Should.ThrowAsync<InvalidOperationException>(() => LoadAsync(file.Warehouse, Meter, Event("a", 1)));
    }

    private Task<LoadOutcome> LoadAsync(IWarehouse warehouse, Report report, params VendorRecord[] rows) =>
        LoadAsync(warehouse, report, RunMode.Production, rows);

    private async Task<LoadOutcome> LoadAsync(
        IWarehouse warehouse, Report report, RunMode mode, params VendorRecord[] rows)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var window = new Window("anthropic", "acme", report.Name, Day, Day);
        var request = new LoadRequest(
            $"run-{Guid.NewGuid():N}", mode, window, "org-1", report, Force: false, MessageId: null);
        await using var load = LoadAttempts.Create(warehouse, request, _clock);
        await load.BeginAsync(Token);
        await load.AcceptAsync(new BucketArrived(Day), Token);
        foreach (var row in rows)
        {
            await load.AcceptAsync(row, Token);
        }

        return await load.CompleteAsync(Token);
    }

    private static UsageEventRecord Event(string key, decimal usd) => new()
    {
        RowKey = RowKey.Create(key),
        Vendor = "anthropic",
        AccountId = "org-1",
        Report = Events.Name,
        Grain = "event.v1",
        UsageDate = Day,
        BucketStart = new DateTimeOffset(Day, new TimeOnly(10, 30), TimeSpan.Zero),
        BucketWidth = "event",
        Ordinal = 1,
        InputUncachedTokens = 1,
        CacheReadTokens = 2,
        CacheWriteTokens = 4,
        OutputTokens = 8,
        Quantity = 1.4m,
        QuantityUnit = "request_units",
        ChargedUsd = usd,
        FeeUsd = 0.5m,
        Basis = CostBasis.PricedUsage,
    };

    private static SeatRecord Seat(string user, decimal? spend, decimal? overall) => new()
    {
        RowKey = RowKey.Create(user),
        Vendor = "anthropic",
        AccountId = "org-1",
        Report = Meter.Name,
        Grain = "user.v1",
        UsageDate = Day,
        UserId = user,
        SpendUsd = spend,
        OverallSpendUsd = overall,
    };
}

using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>What a person who adds up a view's column gets.</summary>
public sealed class SumTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task Cost_is_billed_money_and_estimates_have_a_view_of_their_own()
    {
        await _facts.CommitAsync("a", Morning(1));
        await CostAsync("k-1", 0.1m);
        await CostAsync("k-2", 3m, ("basis", "estimated"));
        await CostAsync("k-3", 50m, ("basis", "list"));
        await CostAsync("k-4", 70m, ("basis", "priced_usage"));
        await CostAsync("k-5", 900m, ("basis", "cumulative"));
        await CostAsync("k-6", 1000m, ("basis", "not_invented_yet"));

        (await _facts.ValueAsync("SELECT SUM(amount_usd) FROM cost")).ShouldBe(0.1m);
        (await _facts.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(0.1m);
        (await _facts.ValueAsync("SELECT SUM(amount_usd) FROM cost_estimated")).ShouldBe(3m);
        (await _facts.AskAsync("SELECT basis, SUM(amount_usd) FROM cost_all GROUP BY 1 ORDER BY 1")).ShouldBe(
        [
            ["billed", 0.1m], ["cumulative", 900m], ["estimated", 3m], ["list", 50m], ["not_invented_yet", 1000m],
            ["priced_usage", 70m],
        ]);
        (await _facts.ValueAsync("SELECT SUM(BilledCost) FROM focus")).ShouldBe(0.1m);
    }

    [Fact]
    public async Task Money_is_added_to_the_last_of_its_digits()
    {
        await _facts.CommitAsync("a", Morning(1));
        await CostAsync("k-1", 1234567890.123456789012345678m);
        await CostAsync("k-2", 0.000000000000000001m);
        await CostAsync("k-3", -1234567890m);

        (await _facts.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(0.123456789012345679m);
        (await _facts.ValueAsync("SELECT SUM(BilledCost) FROM focus")).ShouldBe(0.123456789012345679m);
    }

    [Fact]
    public async Task Requests_that_searched_the_web_are_requests_of_completions_also_in_rows_of_earlier_versions()
    {
        await _facts.CommitAsync("a", Morning(1), ("vendor", "openai"));
        await UsageAsync("k-1", ("product", "completions"), ("requests", 5));
        await UsageAsync(
            "k-2", ("product", "web_search_calls"), ("requests", 2), ("quantity", 3m), ("quantity_unit", "calls"));

        (await _facts.ValueAsync("SELECT SUM(requests) FROM usage")).ShouldBe(5L);
        (await _facts.ValueAsync("SELECT SUM(requests) FROM daily_usage")).ShouldBe(5L);
        (await _facts.AskAsync("SELECT quantity, quantity_unit FROM daily_usage WHERE quantity IS NOT NULL"))
            .ShouldBe([[3m, "calls"]]);
    }

    [Fact]
    public async Task Stored_bytes_are_a_level_and_no_quantity_that_days_add_up_to()
    {
        foreach (var day in new[] { Day, Day.AddDays(1) })
        {
            await _facts.CommitAsync("a", Morning(2), ("vendor", "openai"), ("usage_date", day));
            await UsageAsync(
                "k-1",
                ("usage_date", day),
                ("product", "vector_stores"),
                ("quantity", 1024m),
                ("quantity_unit", "bytes"));
            await UsageAsync(
                "k-2", ("usage_date", day), ("product", "images"), ("quantity", 2m), ("quantity_unit", "images"));
        }

        (
            await _facts.AskAsync(
                "SELECT usage_date, quantity, quantity_unit, level, level_unit FROM daily_usage ORDER BY 1, 2 NULLS "
                    + "LAST"))
            .ShouldBe(
        [
            [Day, 2m, "images", null, null], [Day, null, null, 1024m, "bytes"],
            [Day.AddDays(1), 2m, "images", null, null], [Day.AddDays(1), null, null, 1024m, "bytes"],
        ]);
        (await _facts.AskAsync("SELECT DISTINCT quantity_unit, quantity_kind FROM usage ORDER BY 1"))
            .ShouldBe([["bytes", "level"], ["images", "flow"]]);
    }

    private Task CostAsync(string key, decimal usd, params (string Column, object? Value)[] row) =>
        _facts.InsertAsync("cost_versions", [("row_key", key), ("amount_usd", usd), .. row]);

    private Task UsageAsync(string key, params (string Column, object? Value)[] row) =>
        _facts.InsertAsync("usage_versions", [("row_key", key), ("vendor", "openai"), .. row]);
}

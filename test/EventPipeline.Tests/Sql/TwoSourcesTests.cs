using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>
/// An account that was switched from one source to another, and back: each day's money and usage once.
/// </summary>
public sealed class TwoSourcesTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData("cost", "analytics_cost")]
    [InlineData("enterprise_cost", "analytics_cost")]
    [InlineData("analytics_cost", "cost")]
    [InlineData("analytics_cost", "enterprise_cost")]
    public async Task Of_a_day_that_both_sources_tell_the_one_that_was_read_last_is_shown(string first, string second)
    {
        await CostAsync(first, "a", Day, readOn: 1, 10m);
        await CostAsync(first, "b", Day.AddDays(1), readOn: 2, 20m);
        await CostAsync(second, "c", Day.AddDays(1), readOn: 3, 21m);
        await CostAsync(second, "d", Day.AddDays(2), readOn: 3, 40m);

        foreach (var view in new[]
        {
            "SELECT usage_date, SUM(amount_usd) FROM cost", "SELECT usage_date, SUM(amount_usd) FROM cost_all",
            "SELECT usage_date, SUM(amount_usd) FROM daily_cost",
            "SELECT usage_date, SUM(amount_usd) FROM daily_cost_all",
            "SELECT x_UsageDate, SUM(BilledCost) FROM focus",
        })
        {
            (await _facts.AskAsync($"{view} GROUP BY 1 ORDER BY 1")).ShouldBe(
                [[Day, 10m], [Day.AddDays(1), 21m], [Day.AddDays(2), 40m]], view);
        }

        (await _facts.AskAsync("SELECT x_UsageDate, x_SourceReport FROM focus ORDER BY 1")).ShouldBe(
            [[Day, first], [Day.AddDays(1), second], [Day.AddDays(2), second]]);
    }

    [Fact]
    public async Task Switched_back_the_first_source_is_shown_again_from_its_next_read_on()
    {
        await CostAsync("cost", "a", Day, readOn: 1, 10m);
        await CostAsync("analytics_cost", "b", Day, readOn: 2, 11m);
        (await SumAsync()).ShouldBe(11m);

        // What is read again and has not changed points to the load that holds its rows.
        await _facts.CommitAsync("a", Morning(3), ("state", "unchanged"));

        (await SumAsync()).ShouldBe(10m);
    }

    [Fact]
    public async Task A_window_of_the_other_source_that_is_late_takes_no_place()
    {
        await CostAsync("analytics_cost", "b", Day, readOn: 3, 11m);

        await CostAsync("cost", "a", Day, readOn: 2, 10m);

        (await SumAsync()).ShouldBe(11m);
    }

    [Fact]
    public async Task A_day_without_money_in_the_source_that_was_read_last_has_none()
    {
        await CostAsync("cost", "a", Day, readOn: 1, 10m);
        await _facts.CommitAsync(
            "b", Morning(2), ("report", "analytics_cost"), ("row_count", 0), ("amount_usd", 0m), ("state", "empty"));

        (await _facts.AskAsync("SELECT * FROM cost")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("messages_usage", "analytics_usage")]
    [InlineData("analytics_usage", "messages_usage")]
    public async Task The_default_workspace_is_counted_once_whether_it_has_an_id_or_none(string first, string second)
    {
        await UsageAsync(first, "a", readOn: 1, first == "messages_usage" ? null : "wrkspc_default");
        await UsageAsync(second, "b", readOn: 2, second == "messages_usage" ? null : "wrkspc_default");

        (await _facts.AskAsync("SELECT report, SUM(output_tokens) FROM usage GROUP BY 1")).ShouldBe([[second, 7L]]);
        (await _facts.AskAsync("SELECT report, SUM(total_tokens) FROM daily_usage GROUP BY 1"))
            .ShouldBe([[second, 7L]]);
    }

    [Fact]
    public async Task Usage_and_cost_other_reports_and_other_vendors_take_no_place_of_each_other()
    {
        await CostAsync("cost", "a", Day, readOn: 1, 10m);
        await CostAsync("claude_code", "b", Day, readOn: 2, 3m, ("basis", "estimated"));
        await UsageAsync("analytics_usage", "c", readOn: 3, null);
        await CostAsync("analytics_cost", "d", Day, readOn: 4, 5m, ("vendor", "openai"));
        await CostAsync("analytics_cost", "e", Day, readOn: 5, 6m, ("account_id", "org-2"));

        (await _facts.AskAsync(
            "SELECT vendor, account_id, basis, SUM(amount_usd) FROM cost_all GROUP BY ALL ORDER BY 4"))
            .ShouldBe(
            [
                ["anthropic", "org-1", "estimated", 3m], ["openai", "org-1", "billed", 5m],
                ["anthropic", "org-2", "billed", 6m], ["anthropic", "org-1", "billed", 10m],
            ]);
        (await _facts.ValueAsync("SELECT SUM(output_tokens) FROM usage")).ShouldBe(7L);
    }

    [Fact]
    public async Task What_is_not_shown_stays_the_newest_version_of_its_own_slice()
    {
        await CostAsync("cost", "a", Day, readOn: 1, 10m);
        await CostAsync("analytics_cost", "b", Day, readOn: 2, 11m);

        (await _facts.AskAsync("SELECT report, load_id FROM current_slices ORDER BY 1"))
            .ShouldBe([["analytics_cost", "b"], ["cost", "a"]]);
        (await _facts.AskAsync("SELECT report, load_id FROM shown_slices")).ShouldBe([["analytics_cost", "b"]]);
    }

    /// <summary>A version that is its report's newest and that views do not show can be restored.</summary>
    [Fact]
    public async Task Of_two_sources_the_one_that_is_restored_is_shown()
    {
        await CostAsync("cost", "a", Day, readOn: 1, 10m);
        await CostAsync("analytics_cost", "b", Day, readOn: 2, 11m);
        var restoration = new Restoration(file.Warehouse, WarehouseFixture.Dataset);
        var choice = new VersionChoice(null, null, "cost", "a", null, Day, Day);

        var plan = await restoration.PlanAsync(choice, TestContext.Current.CancellationToken);
        plan.Slices.Count.ShouldBe(1);
        await restoration.CommitAsync(plan, $"restore_{Guid.NewGuid():N}", TestContext.Current.CancellationToken);

        (await SumAsync()).ShouldBe(10m);
    }

    private Task<object?> SumAsync() => _facts.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost");

    private async Task CostAsync(
        string report, string load, DateOnly day, int readOn, decimal usd, params (string Column, object? Value)[] row)
    {
        (string, object?)[] own = [("report", report), ("usage_date", day)];
        await _facts.CommitAsync(
            load, Morning(readOn), [.. own, ("amount_usd", usd), .. row.Where(column => column.Column != "basis")]);
        await _facts.InsertAsync(
            "cost_versions", [.. own, ("load_id", load), ("row_key", $"k-{load}"), ("amount_usd", usd), .. row]);
    }

    private async Task UsageAsync(string report, string load, int readOn, string? workspace)
    {
        await _facts.CommitAsync(load, Morning(readOn), ("report", report), ("tokens", 7));
        await _facts.InsertAsync(
            "usage_versions",
            ("report", report), ("load_id", load), ("row_key", $"k-{load}"), ("sub_account_id", workspace),
            ("output_tokens", 7));
    }
}

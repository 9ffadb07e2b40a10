using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Fetch;

/// <summary>Where each mode writes.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class ModeTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly ServiceHost _host = fixture.Host;

    [Fact]
    public async Task Development_writes_to_a_dataset_of_its_own_and_nothing_else()
    {
        var day = new DateOnly(2025, 1, 1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var before = await CountsAsync();

        var run = await _host.RunAsync("anthropic", "cost", day, day, ",\"mode\":\"development\"");

        (run.State, run.Mode, run.Totals.BilledUsd).ShouldBe(("completed", "development", CostRows.UsdOf(day)));
        (await CountsAsync()).ShouldBe(before);
        (await _host.ValueAsync("SELECT SUM(amount_usd) FROM ai_usage_analytics_dev.daily_cost"))
            .ShouldBe(CostRows.UsdOf(day));
        (await _host.CountAsync($"ai_usage_analytics_dev.run_events WHERE run_id = '{run.RunId}'"))
            .ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_dry_run_tells_the_differences_and_writes_run_events_only()
    {
        var day = new DateOnly(2025, 1, 2);
        _host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("100"));
        await _host.RunAsync("anthropic", "cost", day, day);
        _host.Vendor.OnDays(CostRows.Path, each => each == day ? CostRows.Row("150") : CostRows.Row("1"));
        var before = await CountsAsync();

        var run = await _host.RunAsync(
            "anthropic", "cost", day, day.AddDays(1), ",\"mode\":\"dry_run\",\"force\":true");

        run.State.ShouldBe("completed");
        run.Windows.SelectMany(window => window.Differences!).OrderBy(difference => difference.Day)
            .Select(slice => (slice.Day, slice.Change, slice.Before?.BilledUsd, slice.After.BilledUsd))
            .ShouldBe([(day, "changed", 1m, 1.5m), (day.AddDays(1), "new", null, 0.01m)]);
        var after = await CountsAsync();
        after.Where(count => count.Key != "run_events").ShouldBe(before.Where(count => count.Key != "run_events"));
        (await _host.ValueAsync($"SELECT SUM(amount_usd) FROM daily_cost WHERE usage_date >= '{day:yyyy-MM-dd}'"))
            .ShouldBe(1m);
    }

    private async Task<Dictionary<string, long>> CountsAsync()
    {
        var counts = new Dictionary<string, long>();
        foreach (var table in ServiceHost.Tables)
        {
            counts[table] = await _host.CountAsync($"ai_usage_analytics.{table}");
        }

        return counts;
    }
}

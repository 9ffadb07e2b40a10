using System.Globalization;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Fetch;

/// <summary>
/// A day that says what it said before is dropped when the next one begins. It may come again with more rows: then
/// nothing of it may be missing.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class DayComesAgainTests : IAsyncLifetime
{
    private ServiceHost _host = null!;
    private int _reads;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        (await _host.RunAsync("anthropic", "cost", First, Second)).Totals.BilledUsd.ShouldBe(
            CostRows.UsdOf(First) + CostRows.UsdOf(Second));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private DateOnly First => _host.Yesterday.AddDays(-1);

    private DateOnly Second => _host.Yesterday;

    [Fact]
    public async Task A_day_that_comes_again_with_more_rows_is_read_again_and_loaded_whole()
    {
        Answer(
            Bucket(First, CostRows.Of(First)),
            Bucket(Second, CostRows.Of(Second)),
            Bucket(First, CostRows.Of(First).Replace("}", ",\"tariff\":\"b\"}", StringComparison.Ordinal)));

        var run = await _host.RunAsync("anthropic", "cost", First, Second);

        run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        _reads.ShouldBe(2);
        (await _host.AskAsync("SELECT usage_date, COUNT(*), SUM(amount_usd) FROM cost GROUP BY 1 ORDER BY 1")).ShouldBe(
            [[First, 2L, 2 * CostRows.UsdOf(First)], [Second, 1L, CostRows.UsdOf(Second)]]);
        (await _host.CountAsync("cost_versions")).ShouldBe(2 + 2);
    }

    [Fact]
    public async Task A_day_that_comes_again_and_says_the_same_is_read_once()
    {
        Answer(
            Bucket(First, CostRows.Of(First)),
            Bucket(Second, CostRows.Of(Second)),
            Bucket(First, CostRows.Of(First)));

        (await _host.RunAsync("anthropic", "cost", First, Second)).Windows.ShouldHaveSingleItem().State
            .ShouldBe("unchanged");

        _reads.ShouldBe(1);
    }

    private void Answer(params string[] buckets) => _host.Vendor.On(CostRows.Path, context =>
    {
        Interlocked.Increment(ref _reads);
        return VendorServer.WriteAsync(
            context, $$"""{"data":[{{string.Join(',', buckets)}}],"has_more":false,"next_page":null}""", 200);
    });

    private static string Bucket(DateOnly day, string row) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"starting_at":"{{day:yyyy-MM-dd}}T00:00:00Z","ending_at":"{{day.AddDays(1):yyyy-MM-dd}}T00:00:00Z","results":[{{row}}]}""");
}

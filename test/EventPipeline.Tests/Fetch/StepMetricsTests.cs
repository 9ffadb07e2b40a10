using EventPipeline.Tests.Service;
using EventPipeline.Tests.Telemetry;

namespace EventPipeline.Tests.Fetch;

/// <summary>What <c>/metrics</c> says of a window that was read in steps.</summary>
[Collection(nameof(Alone))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class StepMetricsTests
{
    [Fact]
    public async Task Every_row_of_every_step_is_counted_once()
    {
        var vendor = new PacedVendor { Seconds = _ => 96 };
        await using var host = await ServiceHost.StartAsync(configure: vendor.Serve);

        await host.RunAsync("anthropic", "cost", new DateOnly(2025, 3, 1), new DateOnly(2025, 3, 10));

        vendor.Asked.ShouldBe(["01..10", "01..04", "05..08", "09..10"]);
        using var answer = await host.Http.GetAsync(
            new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        var scrape = new Scrape(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        scrape.Sum("eventpipeline_rows_total", ("read", "first")).ShouldBe(10);
        scrape.Sum("eventpipeline_rows_total", ("read", "again")).ShouldBe(0);
        scrape.Sum("eventpipeline_cost").ShouldBe(57.5);
        scrape.Sum("eventpipeline_window_duration_seconds_count", ("state", "attempt_failed")).ShouldBe(1);
        scrape.Sum("eventpipeline_window_duration_seconds_count", ("state", "window_continued")).ShouldBe(2);
        scrape.Sum("eventpipeline_window_duration_seconds_count", ("state", "loaded")).ShouldBe(1);
    }
}

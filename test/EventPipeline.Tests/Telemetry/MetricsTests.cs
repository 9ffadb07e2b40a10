using System.Diagnostics.Metrics;
using System.Net;
using EventPipeline.Telemetry;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Telemetry;

/// <summary>What <c>/metrics</c> says after a run is what the run did.</summary>
[Collection(nameof(Alone))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class MetricsTests
{
    private static readonly DateOnly From = new(2025, 1, 1);
    private static readonly DateOnly To = new(2025, 1, 3);
    private static readonly string[] Reserved = ["location", "cluster", "namespace", "job", "instance", "project_id"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_became_visible_is_counted_once_and_an_unchanged_window_adds_nothing()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        var run = await host.RunAsync("anthropic", "cost", From, To);
        var first = await ScrapeAsync(host);
        await host.RunAsync("anthropic", "cost", From, To, ",\"force\":false");
        var again = await ScrapeAsync(host);

        run.Totals.Rows.ShouldBe(3);
        first.Sum("eventpipeline_rows_total", ("report", "cost")).ShouldBe(3);
        first.Sum(
            "eventpipeline_rows_total",
            ("vendor", "anthropic"),
            ("account", "acme"),
            ("mode", "production"),
            ("read", "first"))
            .ShouldBe(3);
        first.Sum("eventpipeline_cost", ("basis", "billed")).ShouldBe((double)run.Totals.BilledUsd);
        first.Sum("eventpipeline_cost", ("basis", "estimated")).ShouldBe(0);
        first.Sum("eventpipeline_runs_total", ("outcome", "completed"), ("mode", "production")).ShouldBe(1);
        first.Sum("eventpipeline_run_duration_seconds_count", ("outcome", "completed")).ShouldBe(1);
        first.Sum("eventpipeline_window_duration_seconds_count", ("state", "loaded")).ShouldBe(1);
        again.Sum("eventpipeline_rows_total").ShouldBe(3);
        again.Sum("eventpipeline_cost", ("basis", "billed")).ShouldBe((double)run.Totals.BilledUsd);
        again.Sum("eventpipeline_runs_total").ShouldBe(2);
    }

    [Fact]
    public async Task A_restated_day_counts_again_and_is_told_apart_and_a_credit_lowers_the_money()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("1000"));
        var day = host.Yesterday;
        await host.RunAsync("anthropic", "cost", day, day);
        host.Vendor.OnDays(CostRows.Path, _ => $"{CostRows.Row("1200")},{CostRows.Row("-1500", "Credit")}");

        await host.RunAsync("anthropic", "cost", day, day);

        var scrape = await ScrapeAsync(host);
        scrape.Sum("eventpipeline_rows_total", ("read", "first")).ShouldBe(1);
        scrape.Sum("eventpipeline_rows_total", ("read", "again")).ShouldBe(2);
        scrape.Sum("eventpipeline_cost", ("basis", "billed"), ("read", "first")).ShouldBe(10);
        scrape.Sum("eventpipeline_cost", ("basis", "billed"), ("read", "again")).ShouldBe(-3);
    }

    [Fact]
    public async Task A_dry_run_and_development_add_nothing_to_production()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.RunAsync("anthropic", "cost", From, To, ",\"mode\":\"dry_run\"");
        (await ScrapeAsync(host)).Sum("eventpipeline_rows_total").GetValueOrDefault().ShouldBe(0);
        await host.RunAsync("anthropic", "cost", From, To, ",\"mode\":\"development\"");

        var scrape = await ScrapeAsync(host);
        scrape.Sum("eventpipeline_rows_total", ("mode", "production")).GetValueOrDefault().ShouldBe(0);
        scrape.Sum("eventpipeline_rows_total", ("mode", "development")).ShouldBe(3);
        scrape.Sum("eventpipeline_runs_total", ("mode", "production")).ShouldBeNull();
        scrape.Sum("eventpipeline_runs_total", ("mode", "dry_run")).ShouldBe(1);
        scrape.Sum("eventpipeline_freshness_seconds").ShouldBeNull();
    }

    [Fact]
    public async Task Retries_dead_letters_and_failed_runs_are_counted_by_their_cause()
    {
        await using var host = await ServiceHost.StartAsync();
        var asked = 0;
        host.Vendor.On(CostRows.Path, context => Interlocked.Increment(ref asked) <= 2
            ? VendorServer.WriteAsync(context, "{}", 529)
            : VendorServer.WriteAsync(context, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", 401));

        await host.RunAsync("anthropic", "cost", From, From);

        var scrape = await ScrapeAsync(host);
        scrape.Sum(
            "eventpipeline_vendor_retries_total", ("vendor", "anthropic"), ("account", "acme"), ("error_type", "529"))
            .ShouldBe(2);
        scrape.Sum("eventpipeline_dead_letters_total", ("cause", "credential"), ("topic", "fetch")).ShouldBe(1);
        scrape.Sum("eventpipeline_runs_total", ("outcome", "failed")).ShouldBe(1);
        scrape.Sum("eventpipeline_window_duration_seconds_count", ("state", "rejected")).ShouldBe(1);
        scrape.Sum("eventpipeline_rows_total").ShouldBeNull();
    }

    [Fact]
    public async Task Drift_is_counted()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, _ => """{"amount":"1","currency":"USD","description":"Tokens","novelty":1}""");

        (await host.WindowAsync("anthropic", "cost", From)).Drift.Count.ShouldBe(1);

        (await ScrapeAsync(host))
            .Sum("eventpipeline_drift_total", ("vendor", "anthropic"), ("report", "cost"))
            .ShouldBe(1);
    }

    [Fact]
    public async Task Freshness_is_the_time_since_the_newest_complete_day_ended()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.RunAsync("anthropic", "cost", From, To);

        var age = (await ScrapeAsync(host))
            .Sum("eventpipeline_freshness_seconds", ("vendor", "anthropic"), ("account", "acme"), ("report", "cost"));
        var expected = TimeProvider.System.GetUtcNow() - new DateTimeOffset(
            To.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        age.ShouldNotBeNull().ShouldBeInRange(expected.TotalSeconds - 600, expected.TotalSeconds);
    }

    [Fact]
    public async Task An_instance_that_has_just_started_tells_how_fresh_the_dataset_is_whatever_window_it_reads_first()
    {
        using var folder = new TemporaryFolder();
        await using (var warm = await ServiceHost.StartAsync(folder))
        {
            warm.Vendor.OnDays(CostRows.Path, CostRows.Of);
            await warm.RunAsync("anthropic", "cost", warm.Yesterday.AddDays(-2), warm.Yesterday);
        }

        await using var cold = await ServiceHost.StartAsync(folder);
        cold.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var old = cold.Yesterday.AddDays(-141);
        (await cold.PushFetchAsync("by-hand", "anthropic", "cost", old, old)).ShouldBe(HttpStatusCode.NoContent);

        double? age;
        while ((age = (await ScrapeAsync(cold)).Sum("eventpipeline_freshness_seconds")) is null)
        {
            await Task.Yield(); // It is read in the background.
        }

        age.Value.ShouldBeInRange(0, TimeSpan.FromHours(25).TotalSeconds);
    }

    [Fact]
    public void Freshness_grows_by_itself_and_is_what_was_last_said_the_oldest_of_one_name()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));
        using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddPipelineMetrics()
            .BuildServiceProvider();
        var metrics = services.GetRequiredService<PipelineMetrics>();
        double? age = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (
                instrument.Name == "eventpipeline.freshness"
                    && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => age = value);
        listener.Start();

        Age().ShouldBeNull();
        metrics.CompleteUntil([Cost(21)]);
        Age().ShouldBe(30 * 3600);
        metrics.CompleteUntil([Cost(22)]);
        Age().ShouldBe(6 * 3600);
        clock.Advance(TimeSpan.FromHours(1));
        Age().ShouldBe(7 * 3600);
        metrics.CompleteUntil([Cost(22), Cost(21), Cost(22)]);
        Age().ShouldBe(31 * 3600);
        metrics.CompleteUntil([Cost(23)]);
        Age().ShouldBe(0);
        metrics.CompleteUntil([(new Subject("anthropic", "acme", "cost"), DateOnly.MaxValue)]);
        Age().ShouldBe(0);
        metrics.CompleteUntil([]);
        Age().ShouldBeNull();

        double? Age()
        {
            age = null;
            listener.RecordObservableInstruments();
            return age;
        }

        static (Subject Subject, DateOnly Day) Cost(int day) =>
            (new Subject("anthropic", "acme", "cost"), new DateOnly(2026, 11, day));
    }

    [Fact]
    public async Task No_label_is_one_that_Google_keeps_for_itself_and_none_stands_for_a_run_or_a_day()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.RunAsync("anthropic", "cost", From, To);

        var scrape = await ScrapeAsync(host);
        scrape.LabelsOf("eventpipeline_").ShouldNotBeEmpty();
        scrape.LabelsOf("").Intersect(Reserved).ShouldBeEmpty();
        scrape.LabelsOf("eventpipeline_").Except(
            [
                "vendor",
                "account",
                "report",
                "mode",
                "read",
                "basis",
                "state",
                "outcome",
                "cause",
                "topic",
                "error_type",
                "le",
                "otel_scope_name",
            ]).ShouldBeEmpty();
        scrape.Names.ShouldContain("http_server_request_duration_seconds_count");
        scrape.Names.ShouldContain("dotnet_process_memory_working_set_bytes");
        scrape.Names.ShouldNotContain(
            name => name.StartsWith("http_client_open_connections", StringComparison.Ordinal));
    }

    private static async Task<Scrape> ScrapeAsync(ServiceHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("metrics", UriKind.Relative), Cancellation);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        return new Scrape(await answer.Content.ReadAsStringAsync(Cancellation));
    }
}

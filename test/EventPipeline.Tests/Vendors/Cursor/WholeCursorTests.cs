using System.Globalization;
using EventPipeline.Ledger;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors.Cursor;

/// <summary>The whole service against the simulated vendor: what the views add up to is the vendor's truth.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeCursorTests
{
    private const int Seed = 3;

    private static readonly SimulatedAccount Acme = SimulatedVendors.All
        .SelectMany(vendor => vendor.Accounts(Seed))
        .Single(account => account.Vendor == "cursor");

    [Fact]
    public async Task Every_report_is_loaded_and_adds_up_to_the_vendors_truth()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        var (from, to) = (host.Today.AddDays(-9), host.Yesterday);

        var run = await RunAsync(host, from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.Select(window => window.Report).Distinct()
            .ShouldBe(["daily_usage", "usage_events", "spend", "names"], ignoreOrder: true);
        run.Windows.ShouldAllBe(window => window.Drift.Count <= 1, "Nothing but that a day is young, at night.");
        var events = await vendor.TotalAsync(Acme, "usage_events", from, to);
        events.Rows.ShouldBeGreaterThan(100);
        (await host.AskAsync(
            "SELECT COUNT(*), COUNT(DISTINCT row_key), SUM(charged_usd), SUM(quantity), SUM(fee_usd) * 100 "
                + "FROM usage_event"))[0]
            .Select(Exact)
            .ShouldBe([
                events.Rows, events.Rows, events.Usd, events.Quantity("request_units"), events.Quantity("fee_cents"),
            ]);
        (await host.CountAsync("usage_event WHERE ordinal > 1")).ShouldBeGreaterThan(0, "Some events agree.");
        (await host.AskAsync(
            "SELECT SUM(total_tokens), SUM(input_uncached_tokens), SUM(output_tokens), SUM(cache_write_tokens), "
                + "SUM(cache_read_tokens) FROM daily_usage WHERE vendor = 'cursor'"))[0]
            .Select(Exact)
            .ShouldBe([
                events.Tokens, events.Quantity("input"), events.Quantity("output"), events.Quantity("cache_write"),
                events.Quantity("cache_read"),
            ]);
        (await host.AskAsync("SELECT basis, SUM(amount_usd) FROM daily_cost_all GROUP BY basis")).ShouldHaveSingleItem()
            .ShouldBe(["priced_usage", events.Usd]);
        (await host.CountAsync("daily_cost")).ShouldBe(0);
        run.Totals.OtherUsd.ShouldBe(new Dictionary<string, decimal> { ["priced_usage"] = events.Usd });
        var daily = await vendor.TotalAsync(Acme, "daily_usage", from, to);
        (await host.AskAsync(
            "SELECT COUNT(*), SUM(lines_added), SUM(lines_removed), SUM(accepted), SUM(rejected) FROM activity"))[0]
            .Select(Exact)
            .ShouldBe([
                daily.Rows, daily.Quantity("added"), daily.Quantity("deleted"), daily.Quantity("accepts"),
                daily.Quantity("rejects"),
            ]);
        var first = new DateOnly(host.Today.Year, host.Today.Month, 1);
        var month = await vendor.TotalAsync(Acme, "usage_events", first, host.Today);
        (await host.ValueAsync("SELECT SUM(overall_spend_usd) FROM seat")).ShouldBe(month.Usd);
        (await host.AskAsync("SELECT kind, COUNT(*) FROM entity GROUP BY kind ORDER BY kind")).ShouldBe(
            [["group", 3L], ["group_member", 14L], ["user", 14L]]);
        (await host.ValueAsync("SELECT MIN(account_id) FROM account_identity")).ShouldBe("acme");
    }

    [Fact]
    public async Task A_second_run_changes_nothing_but_what_a_meter_shows_now()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        await RunAsync(host, host.Today.AddDays(-3), host.Yesterday);

        var again = await RunAsync(host, host.Today.AddDays(-3), host.Yesterday);

        again.Windows.ShouldAllBe(window => window.State == "unchanged");
        (await host.CountAsync("restatements")).ShouldBe(0);
    }

    [Fact]
    public async Task Events_that_the_vendor_restates_are_a_version_of_their_days()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        DateOnly day;
        await using (var young = await SimulatorHost.StartAsync(Seed, clock.GetUtcNow()))
        await using (var host = await StartServiceAsync(young, folder))
        {
            day = host.Yesterday;
            (await host.WindowAsync("cursor", "usage_events", day)).State.ShouldBe("loaded");
        }

        clock.Advance(TimeSpan.FromDays(4));
        await using var old = await SimulatorHost.StartAsync(Seed, clock.GetUtcNow());
        await using var later = await StartServiceAsync(old, folder);

        (await later.WindowAsync("cursor", "usage_events", day)).State.ShouldBe("loaded");

        (await later.ValueAsync("SELECT SUM(charged_usd) FROM usage_event"))
            .ShouldBe((await old.TotalAsync(Acme, "usage_events", day, day)).Usd);
        (await later.CountAsync("restatements WHERE report = 'usage_events'")).ShouldBe(1);
        (await later.ValueAsync(
            "SELECT COUNT(*) FROM (SELECT row_key FROM usage_event_versions GROUP BY row_key HAVING COUNT(*) > 2)"))
            .ShouldBe(0L, "A row once a load.");
        (await later.ValueAsync("SELECT COUNT(*) > 0 FROM (SELECT row_key FROM usage_event_versions GROUP BY row_key "
            + "HAVING COUNT(DISTINCT charged_usd) > 1)")).ShouldBe(true, "A row that was repriced is the same row.");
    }

    [Theory]
    [InlineData("""{"kind":"repeat_rows","pathContains":"filtered-usage-events","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"changed_total","pathContains":"filtered-usage-events","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"truncate","pathContains":"daily-usage-data","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"status","status":429,"retryAfter":1,"pathContains":"spend","times":2}""", "completed", 1)]
    [InlineData("""{"kind":"status","status":403,"pathContains":"groups"}""", "completed", 1)]
    [InlineData("""{"kind":"status","status":404,"pathContains":"groups"}""", "completed", 1)]
    [InlineData("""{"kind":"unknown_field","pathContains":"teams"}""", "completed", 1)]
    [InlineData("""{"kind":"missing_field","field":"chargedCents","pathContains":"filtered-usage-events"}""", "failed", 1)]
    public async Task Faults_of_the_vendor_end_as_they_should(string rule, string state, int attempts)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        await vendor.FaultsAsync($"[{rule}]");

        var run = await RunAsync(host, host.Yesterday, host.Yesterday);

        run.State.ShouldBe(state, string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.Max(window => window.Attempts).ShouldBe(attempts);
        if (state == "completed")
        {
            (await host.ValueAsync("SELECT SUM(charged_usd) FROM usage_event"))
                .ShouldBe((await vendor.TotalAsync(Acme, "usage_events", host.Yesterday, host.Yesterday)).Usd);
        }
    }

    private static Task<RunDocument> RunAsync(ServiceHost host, DateOnly from, DateOnly to) => host.RunAsync(
        $$"""{"vendors":["cursor"],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"}""");

    private static Task<ServiceHost> StartServiceAsync(SimulatorHost vendor, TemporaryFolder? folder = null) =>
        ServiceHost.StartAsync(
            folder,
            [("Cursor", "acme", Acme.Key)],
            builder => builder.Configuration.AddInMemoryCollection(
                [new("Vendors:Cursor:BaseAddress", vendor.Address)]));

    private static decimal Exact(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}

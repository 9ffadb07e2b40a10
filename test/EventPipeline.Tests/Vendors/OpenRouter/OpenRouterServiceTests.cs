using System.Globalization;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.OpenRouter;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors.OpenRouter;

/// <summary>The whole service reads the simulated vendor.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class OpenRouterServiceTests
{
    private const int Seed = 3;
    private static readonly SimulatedAccount Acme = SimulatedOpenRouter.Registration.Accounts(Seed).Single();

    [Fact]
    public async Task All_days_that_are_served_are_the_vendors_to_the_last_decimal_by_key_and_without_one()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        var from = host.Today.AddDays(-30);

        var run = await host.RunAsync("openrouter", "activity", from, host.Yesterday);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        var truth = await vendor.TotalAsync(Acme, "activity", from, host.Yesterday);
        (await host.AskAsync(
            "SELECT SUM(input_uncached_tokens + output_tokens), SUM(reasoning_tokens), SUM(requests) FROM usage"))
            .ShouldHaveSingleItem()
            .Select(Number)
            .ShouldBe([truth.Tokens, truth.Quantity("reasoning_tokens"), truth.Quantity("requests")]);
        (await host.AskAsync("SELECT basis, SUM(amount_usd) FROM cost_all GROUP BY basis ORDER BY basis")).ShouldBe(
            [["billed", truth.Usd], ["priced_usage", truth.Quantity("byok_usage_inference")]]);
        (await host.AskAsync("SELECT COUNT(*) FROM usage WHERE api_key_id IS NULL"))[0][0].ShouldNotBe(0L);
        (await host.AskAsync("SELECT DISTINCT grain FROM usage")).ShouldBe([["workspace_key_endpoint.v1"]]);
        Number((await host.AskAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0][0]).ShouldBe(truth.Usd);

        var again = await host.RunAsync("openrouter", "activity", from, host.Yesterday, ",\"force\":false");
        again.Windows.Where(window => window.Why != "settled").ShouldAllBe(window => window.State == "unchanged");
    }

    [Fact]
    public async Task Days_that_are_not_served_end_as_a_dead_letter_and_take_no_served_day_with_them()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);

        var run = await host.RunAsync("openrouter", "activity", host.Today.AddDays(-33), host.Today.AddDays(-28));

        run.Windows.Select(window => (window.From, window.To, window.State)).ShouldBe(
            [
                (host.Today.AddDays(-33), host.Today.AddDays(-31), "rejected"),
                (host.Today.AddDays(-30), host.Today.AddDays(-28), "loaded"),
            ],
            ignoreOrder: true);
        run.Windows.Single(window => window.State == "rejected").Reason!
            .ShouldContain("Date must be within the last 30 (completed) UTC days");
        (await host.AskAsync("SELECT COUNT(*) FROM current_slices"))[0][0].ShouldBe(3L);
    }

    [Fact]
    public async Task Credits_are_meters_and_no_total_adds_them()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);

        var run = await host.RunAsync("""{"vendors":["openrouter"],"reports":["credits","names"]}""");

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        (await host.AskAsync("SELECT cost_type, basis FROM cost_all ORDER BY 1"))
            .ShouldBe([["total_credits", "cumulative"], ["total_usage", "cumulative"]]);
        (await host.AskAsync("SELECT COUNT(*) FROM daily_cost"))[0][0].ShouldBe(0L);
        run.Totals.BilledUsd.ShouldBe(0);
        (await host.AskAsync("SELECT kind, COUNT(*) FROM entity GROUP BY kind ORDER BY kind"))
            .ShouldBe([["api_key", 6L], ["workspace", 3L]], "a deleted key is in no list");
        (await host.AskAsync("SELECT DISTINCT account_id FROM current_slices"))
            .ShouldBe([["acme"]], "the vendor names no organisation");
    }

    [Theory]
    [InlineData("""{"kind":"status","status":429,"retryAfter":0,"times":1}""", "workspace_key_endpoint.v1")]
    [InlineData("""{"kind":"truncate","times":1}""", "workspace_key_endpoint.v1")]
    [InlineData("""{"kind":"repeat_rows"}""", "workspace_key_endpoint.v1")]
    [InlineData("""{"kind":"unknown_field","pathContains":"group_by"}""", "workspace_endpoint.v1")]
    [InlineData("""{"kind":"grouping_refused"}""", "key_endpoint.v1")]
    [InlineData("""{"kind":"status","status":404,"pathContains":"/keys"}""", "workspace_endpoint.v1")]
    public async Task Whatever_goes_wrong_the_sums_are_the_vendors(string fault, string grain)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        await vendor.FaultsAsync($"[{fault}]");
        var (from, to) = (host.Today.AddDays(-8), host.Today.AddDays(-2));

        var run = await host.RunAsync("openrouter", "activity", from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        var truth = await vendor.TotalAsync(Acme, "activity", from, to);
        Number((await host.AskAsync("SELECT SUM(amount_usd) FROM cost"))[0][0]).ShouldBe(truth.Usd);
        Number((await host.AskAsync("SELECT SUM(requests) FROM usage"))[0][0]).ShouldBe(truth.Quantity("requests"));
        (await host.AskAsync("SELECT DISTINCT grain FROM usage")).ShouldContain(row => (string)row[0]! == grain);
    }

    private static decimal Number(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    private static Task<ServiceHost> StartServiceAsync(SimulatorHost vendor) => ServiceHost.StartAsync(
        accounts: [("OpenRouter", "acme", Acme.Key)],
        configure: builder => builder.Configuration.AddInMemoryCollection(
            [new("Vendors:OpenRouter:BaseAddress", vendor.Address), new("Runs:GapDays", "0")]));
}

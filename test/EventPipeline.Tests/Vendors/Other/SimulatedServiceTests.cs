using System.Globalization;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.LiteLLM;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors.Other;

/// <summary>The whole service reads the simulated vendor by its description alone.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class SimulatedServiceTests
{
    private const int Seed = 3;
    private const string Report = "Vendors:Other:litellm:Reports:daily_activity";
    private static readonly SimulatedAccount Acme = SimulatedLiteLLM.Registration.Accounts(Seed).Single();

    [Theory]
    [InlineData("1000", 2)]
    [InlineData("100", 8)]
    public async Task A_week_on_several_pages_is_the_vendors_to_the_last_decimal(string pageSize, int leastPages)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, ($"{Report}:Query:page_size", pageSize));
        var (from, to) = (host.Today.AddDays(-7), host.Yesterday);

        var run = await host.RunAsync("litellm", "daily_activity", from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.ShouldHaveSingleItem().Drift.ShouldBeEmpty("the description names all that it answers");
        (await host.CountAsync("(SELECT DISTINCT page_no FROM raw_page)")).ShouldBeGreaterThanOrEqualTo(leastPages);
        await ShouldBeTrueAsync(host, vendor, from, to);
        (await host.AskAsync("SELECT vendor, level, SUM(total_tokens) > 0 FROM daily_usage GROUP BY ALL"))
            .ShouldAllBe(row => (string)row[0]! == "litellm" && (bool)row[2]!);
        (await host.CountAsync("daily_cost")).ShouldBe(0, "an estimate is not billed");
        (await host.CountAsync("focus")).ShouldBe(0, "an estimate is on no bill");
        (await host.AskAsync("SELECT DISTINCT vendor, basis FROM daily_cost_all")).ShouldBe([["litellm", "estimated"]]);
    }

    [Fact]
    public async Task A_day_that_is_restated_is_the_vendors_again()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow().AddDays(-1));
        await using var host = await StartServiceAsync(vendor);
        var day = host.Today.AddDays(-2);
        (await host.WindowAsync("litellm", "daily_activity", day)).State.ShouldBe("loaded");
        await ShouldBeTrueAsync(host, vendor, day, day);

        vendor.Clock.Advance(TimeSpan.FromDays(1));
        (await host.WindowAsync("litellm", "daily_activity", day)).State.ShouldBe("loaded");

        await ShouldBeTrueAsync(host, vendor, day, day);
        (await host.CountAsync("restatements")).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"kind":"status","status":429,"retryAfter":0,"times":1}""")]
    [InlineData("""{"kind":"status","status":500,"times":1}""")]
    [InlineData("""{"kind":"truncate","times":1}""")]
    [InlineData("""{"kind":"garbage","times":1}""")]
    [InlineData("""{"kind":"reset","pathContains":"page=2","times":1}""")]
    [InlineData("""{"kind":"unknown_field"}""")]
    public async Task Whatever_goes_wrong_the_sums_are_the_vendors(string fault)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, ($"{Report}:Query:page_size", "100"));
        await vendor.FaultsAsync($"[{fault}]");
        var (from, to) = (host.Today.AddDays(-4), host.Today.AddDays(-2));

        var run = await host.RunAsync("litellm", "daily_activity", from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        await ShouldBeTrueAsync(host, vendor, from, to);
        var hits = await SimulatorHost.JsonAsync(vendor.Anonymous, "/_simulator/faults");
        ((int)hits[0]!["hits"]!).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("""{"kind":"missing_field","field":"date"}""", "results")]
    [InlineData("""{"kind":"missing_field","field":"breakdown"}""", "breakdown")]
    public async Task What_breaks_the_description_is_rejected_and_nothing_of_it_is_loaded(string fault, string named)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        await vendor.FaultsAsync($"[{fault}]");

        var window = await host.WindowAsync("litellm", "daily_activity", host.Today.AddDays(-2));

        window.State.ShouldBe("rejected");
        window.Reason!.ShouldContain(named);
        (await host.CountAsync("usage")).ShouldBe(0);
    }

    private static async Task ShouldBeTrueAsync(ServiceHost host, SimulatorHost vendor, DateOnly from, DateOnly to)
    {
        var truth = await vendor.TotalAsync(Acme, "daily_activity", from, to);
        (await host.AskAsync(
            "SELECT COUNT(*), SUM(input_uncached_tokens), SUM(cache_read_tokens), SUM(cache_write_tokens), "
                + "SUM(output_tokens), SUM(requests) FROM usage"))
            .ShouldHaveSingleItem()
            .Select(value => Convert.ToDecimal(value, CultureInfo.InvariantCulture))
            .ShouldBe(
                [
                    truth.Rows,
                    truth.Quantity("uncached_tokens"),
                    truth.Quantity("cache_read_input_tokens"),
                    truth.Quantity("cache_creation_input_tokens"),
                    truth.Quantity("completion_tokens"),
                    truth.Quantity("successful_requests") + truth.Quantity("failed_requests"),
                ]);
        (await host.AskAsync("SELECT basis, COUNT(*), SUM(amount_usd) FROM cost_all GROUP BY basis"))
            .ShouldBe([["estimated", (long)truth.Rows, truth.Usd]]);
    }

    private static Task<ServiceHost> StartServiceAsync(
        SimulatorHost vendor, params (string Name, string Value)[] more) => ServiceHost.StartAsync(
        accounts: [("Other:litellm", "acme", Acme.Key)],
        configure: builder => builder.Configuration.AddInMemoryCollection(
            [
                new("Vendors:Other:litellm", $"file:{SimulatedLiteLLM.Registration.Description}"),
                new("Vendors:Other:litellm:BaseAddress", vendor.Address),
                .. more.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)),
            ]));
}

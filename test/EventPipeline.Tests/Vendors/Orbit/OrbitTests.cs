using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using EventPipeline.Vendors.Protocol;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors.Orbit;

/// <summary>
/// A vendor of another kind enters by this folder, which holds what a vendor's folder and the simulator's file hold,
/// and by the one line that registers it.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class OrbitTests
{
    private const int Seed = 3;
    private static readonly SimulatedAccount Acme = SimulatedOrbit.Registration.Accounts(Seed).Single();

    [Fact]
    public async Task A_vendor_of_numbered_pages_and_events_is_read_loaded_and_shown_as_it_serves_them()
    {
        await using var vendor = await SimulatorHost.StartAsync(
            Seed, TimeProvider.System.GetUtcNow(), SimulatedOrbit.Registration);
        await using var host = await StartServiceAsync(vendor);
        var (from, to) = (host.Today.AddDays(-3), host.Yesterday);

        var run = await host.RunAsync("orbit", OrbitConnector.EventsReport, from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        var truth = await vendor.TotalAsync(Acme, OrbitConnector.EventsReport, from, to);
        var events = await EventsAsync(vendor);
        events.ShouldBeGreaterThan(300, "several pages a day");
        var usd = truth.Usd;
        var shown = (await host.AskAsync(
            "SELECT COUNT(*), COUNT(DISTINCT row_key), SUM(amount_usd), COUNT(DISTINCT bucket_start), "
                + "MIN(bucket_width) FROM cost WHERE vendor = 'orbit'"))[0];
        Convert.ToInt64(shown[0], CultureInfo.InvariantCulture).ShouldBe(events);
        shown[1].ShouldBe(shown[0]);
        shown[2].ShouldBe(usd);
        Convert.ToInt64(shown[3], CultureInfo.InvariantCulture).ShouldBeGreaterThan(200, "rows keep their own time");
        shown[4].ShouldBe("event");
        (await host.AskAsync("SELECT SUM(amount_usd) FROM daily_cost WHERE vendor = 'orbit'"))[0][0].ShouldBe(usd);
        (
            await host.AskAsync(
                "SELECT value FROM account_identity WHERE vendor = 'orbit' AND account_id = 'acme' AND mark = "
                    + "'organization_header'"))
            .ShouldHaveSingleItem()[0].ShouldBe("team-1", "the rows name the organization");
    }

    [Fact]
    public async Task Its_errors_and_its_faults_are_its_own()
    {
        await using var vendor = await SimulatorHost.StartAsync(
            Seed, TimeProvider.System.GetUtcNow(), SimulatedOrbit.Registration);
        await using var host = await StartServiceAsync(vendor);
        await vendor.FaultsAsync("""[{"kind":"status","vendor":"orbit","status":400,"times":1}]""");

        var window = await host.WindowAsync("orbit", OrbitConnector.EventsReport, host.Yesterday);

        window.State.ShouldBe("rejected");
        window.Reason!.ShouldContain("the vendor answered 400 to POST v2/events: SIMULATED fault (error, request orb-");
    }

    private static Task<ServiceHost> StartServiceAsync(SimulatorHost vendor) => ServiceHost.StartAsync(
        accounts: [("Orbit", "acme", Acme.Key)],
        configure: builder =>
        {
            builder.Services.AddVendor<OrbitConnector>(OrbitConnector.Self, OrbitConnector.Protocol);
            builder.Configuration.AddInMemoryCollection([new("Vendors:Orbit:BaseAddress", vendor.Address)]);
        });

    /// <summary>How many events there are in all: the vendor's own count, of pages that were served.</summary>
    private static async Task<long> EventsAsync(SimulatorHost vendor)
    {
        using var http = new HttpClient { BaseAddress = new Uri(vendor.Address) };
        http.DefaultRequestHeaders.Authorization = new(
            "Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Acme.Key}:")));
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        long count = 0;
        for (var day = today.AddDays(-3); day < today; day = day.AddDays(1))
        {
            using var body = new StringContent($$"""{"day":"{{day:yyyy-MM-dd}}","page":1,"pageSize":1}""");
            using var answer = await http.PostAsync("/v2/events", body, TestContext.Current.CancellationToken);
            count += (long)JsonNode.Parse(
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["paging"]!["total"]!;
        }

        return count;
    }
}

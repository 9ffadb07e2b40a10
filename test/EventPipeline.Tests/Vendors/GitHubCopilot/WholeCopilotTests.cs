using System.Globalization;
using EventPipeline.Ledger;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors.GitHubCopilot;

/// <summary>The whole service against the simulated vendor: what the views add up to is the vendor's truth.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeCopilotTests
{
    private const int Seed = 3;

    private static readonly SimulatedAccount Acme = SimulatedVendors.All
        .SelectMany(vendor => vendor.Accounts(Seed))
        .Single(account => account.Vendor == "github_copilot");

    [Fact]
    public async Task Every_report_is_loaded_and_adds_up_to_the_vendors_truth()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        var (from, to) = (host.Today.AddDays(-9), host.Yesterday);

        var run = await RunAsync(host, from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.Select(window => window.Report).Distinct()
            .ShouldBe(["ai_credits", "premium_requests", "metrics", "user_metrics", "seats"], ignoreOrder: true);
        run.Windows.ShouldAllBe(window => window.Drift.Count == 0);
        var credits = await vendor.TotalAsync(Acme, "ai_credits", from, to);
        var requests = await vendor.TotalAsync(Acme, "premium_requests", from, to);
        credits.Rows.ShouldBeGreaterThan(10);
        (await host.AskAsync(
            "SELECT SUM(amount_usd), SUM(list_usd - discount_usd), SUM(quantity), COUNT(*) FROM cost "
                + "WHERE report = 'ai_credits'"))[0]
            .Select(Exact)
            .ShouldBe([credits.Usd, credits.Usd, credits.Quantity("quantity"), credits.Rows]);
        (await host.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(credits.Usd + requests.Usd);
        (await host.ValueAsync("SELECT SUM(BilledCost) FROM focus WHERE ProviderName = 'GitHub'"))
            .ShouldBe(credits.Usd + requests.Usd);
        run.Totals.BilledUsd.ShouldBe(credits.Usd + requests.Usd);
        var users = await vendor.TotalAsync(Acme, "user_metrics", from, to);
        (await host.AskAsync(
            "SELECT COUNT(*) FILTER (report = 'user_metrics'), SUM(lines_added), SUM(lines_removed), SUM(accepted), "
                + "SUM(interactions), SUM(lines_suggested) FROM activity"))[0]
            .Select(Exact)
            .ShouldBe([
                users.Rows, users.Quantity("added"), users.Quantity("deleted"), users.Quantity("accepted"),
                users.Quantity("interactions"), users.Quantity("suggested"),
            ]);
        (await host.CountAsync("activity WHERE report = 'metrics'")).ShouldBe(9, "A row a day.");
        (await host.CountAsync("seat WHERE spend_usd IS NULL AND plan = 'business'")).ShouldBe(12);
        (await host.ValueAsync("SELECT COUNT(DISTINCT account_id) FROM current_slices")).ShouldBe(1L);
        long.Parse(
            (string)(await host.ValueAsync("SELECT MIN(account_id) FROM account_identity"))!,
            CultureInfo.InvariantCulture).ShouldBeGreaterThan(0, "The permanent id, not the name.");
        (await host.CountAsync("raw_page WHERE payload LIKE '%user_login%'")).ShouldBeGreaterThan(0);
        (await host.CountAsync($"raw_page WHERE payload LIKE '%{Acme.Key}%'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        await RunAsync(host, host.Today.AddDays(-3), host.Yesterday);

        (await RunAsync(host, host.Today.AddDays(-3), host.Yesterday)).Windows
            .ShouldAllBe(window => window.State == "unchanged");
    }

    [Fact]
    public async Task A_day_that_is_not_ready_waits_while_the_days_before_it_are_loaded()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor);
        var from = host.Today.AddDays(-6);
        var day = host.Yesterday.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await vendor.FaultsAsync($$"""[{"kind":"no_content","pathContains":"users-1-day?day={{day}}"}]""");

        var run = await RunAsync(host, from, host.Yesterday, "user_metrics");

        var waited = run.Windows.ShouldHaveSingleItem();
        waited.State.ShouldBe("failed", "In the end, on one machine, after a minute.");
        waited.Reason!.ShouldContain($"users-1-day of {day} is not ready");
        (await host.CountAsync("current_slices WHERE report = 'user_metrics'")).ShouldBe(5);
        (await host.CountAsync($"current_slices WHERE usage_date = '{day}'")).ShouldBe(0, "Absent is not empty.");

        await vendor.FaultsAsync("[]");
        var again = await RunAsync(host, from, host.Yesterday, "user_metrics");
        again.State.ShouldBe("completed");
        (await host.CountAsync("current_slices WHERE report = 'user_metrics'")).ShouldBe(6);
    }

    [Theory]
    [InlineData("""{"kind":"repeat_rows","pathContains":"copilot-report-files/users","times":1}""", "completed", 1)]
    [InlineData("""{"kind":"truncate","pathContains":"copilot-report-files/users","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"status","status":403,"pathContains":"copilot-report-files","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"no_content","pathContains":"users-1-day","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"changed_total","pathContains":"seats","times":1}""", "completed", 2)]
    [InlineData("""{"kind":"status","status":403,"retryAfter":1,"pathContains":"ai_credit","times":2}""", "completed", 1)]
    [InlineData("""{"kind":"unknown_field"}""", "completed", 1)]
    [InlineData("""{"kind":"missing_field","field":"netAmount","pathContains":"ai_credit"}""", "failed", 1)]
    [InlineData("""{"kind":"status","status":404,"pathContains":"premium_request"}""", "completed", 1)]
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
            var users = await vendor.TotalAsync(Acme, "user_metrics", host.Yesterday, host.Yesterday);
            (await host.CountAsync("activity WHERE report = 'user_metrics'")).ShouldBe((long)users.Rows);
        }
    }

    private static Task<RunDocument> RunAsync(ServiceHost host, DateOnly from, DateOnly to, string? report = null) =>
        host.RunAsync(
            $$"""{"vendors":["github_copilot"],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"{{(
                report is null ? "" : $",\"reports\":[\"{report}\"]")}}}""");

    private static Task<ServiceHost> StartServiceAsync(SimulatorHost vendor) => ServiceHost.StartAsync(
        accounts: [("GitHubCopilot", "acme", Acme.Key)],
        configure: builder => builder.Configuration.AddInMemoryCollection(
        [
            new("Vendors:GitHubCopilot:BaseAddress", vendor.Address),
            new("Vendors:GitHubCopilot:Accounts:0:Scope", Acme.Scope),
        ]));

    private static decimal Exact(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}

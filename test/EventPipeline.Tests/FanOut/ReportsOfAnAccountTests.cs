using System.Net;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.FanOut;

/// <summary>What an account's settings leave out is asked for by nobody, and is missed by nobody.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class ReportsOfAnAccountTests
{
    [Fact]
    public async Task A_run_reads_the_reports_that_the_settings_name_and_no_other()
    {
        await using var host = await StartAsync();

        var run = await host.RunAsync();

        run.State.ShouldBe("completed");
        run.Windows.Select(window => window.Report).ShouldBe(["cost"]);
        host.Vendor.Asked.ShouldAllBe(asked => asked.Contains("/cost_report", StringComparison.Ordinal)
            || asked == "/v1/organizations/me");
        var account = (await host.GetAsync("vendors")).GetProperty("vendors").EnumerateArray()
            .Single(vendor => vendor.GetProperty("vendor").GetString() == "anthropic")
            .GetProperty("accounts").EnumerateArray().Single();
        account.GetProperty("reads").EnumerateArray().Select(report => report.GetString()).ShouldBe(["cost"]);
    }

    [Fact]
    public async Task A_report_that_the_settings_leave_out_is_refused_by_name()
    {
        await using var host = await StartAsync();

        var run = await host.RunAsync("""{"reports":["claude_code"]}""");

        run.State.ShouldBe("failed");
        var reason = run.Reason.ShouldNotBeNull();
        reason.ShouldContain("No account of this run reads the report 'claude_code': anthropic/acme (console; cost).");
        reason.ShouldContain("add it to the Reports of an account");
    }

    [Fact]
    public async Task A_window_of_a_report_that_was_left_out_meanwhile_ends_with_what_to_do()
    {
        await using var host = await StartAsync();

        (await host.PushFetchAsync("r-1", "anthropic", "claude_code", host.Yesterday, host.Yesterday))
            .ShouldBe(HttpStatusCode.NoContent);
        await host.IdleAsync();

        (await host.ValueAsync("SELECT reason FROM run_events WHERE run_id = 'r-1' AND event = 'window_ended'"))
            .ShouldBeOfType<string>()
            .ShouldContain("the settings leave the report 'claude_code' of the account out; it reads cost.");
        (await host.ValueAsync("SELECT hint FROM dead_letters")).ShouldBeOfType<string>()
            .ShouldContain("add it to the Reports of the account 'acme' below Vendors:Anthropic:Accounts");
    }

    [Fact]
    public async Task An_error_of_a_report_that_is_not_read_any_more_is_no_trouble_of_its_vendor()
    {
        await using var host = await StartAsync();
        await host.PushFetchAsync("r-1", "anthropic", "claude_code", host.Yesterday, host.Yesterday);
        await host.IdleAsync();

        (await host.GetAsync("status")).GetProperty("reports").EnumerateArray().Single()
            .GetProperty("lastError").GetString().ShouldNotBeNull();
        (await host.GetAsync("health")).GetProperty("state").GetString().ShouldBe("healthy");
    }

    private static async Task<ServiceHost> StartAsync()
    {
        var host = await ServiceHost.StartAsync(
            accounts: [("Anthropic", "acme", ServiceHost.Key)],
            configure: builder => builder.Configuration.AddInMemoryCollection(
                [new("Vendors:Anthropic:Accounts:0:Reports:0", "cost")]));
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        return host;
    }
}

using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Ledger;

/// <summary>
/// A credential that may not read one report is one finding, not a dead letter every morning, and heals by itself.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class RefusedReportTests : IAsyncLifetime
{
    private const int Seed = 3;
    private const string CostRefused = """{"kind":"status","status":403,"pathContains":"/cost_report"}""";

    private static readonly SimulatedAccount Acme = SimulatedVendors.All
        .SelectMany(vendor => vendor.Accounts(Seed))
        .First(account => account.Vendor == "anthropic");

    private readonly TemporaryFolder _folder = new();
    private SimulatorHost _vendor = null!;

    public async ValueTask InitializeAsync() =>
        _vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        await _vendor.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_report_that_the_key_may_not_read_is_no_dead_letter_and_stops_no_run()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync($"[{CostRefused}]");

        var run = await RunAsync(host);

        run.State.ShouldBe("completed");
        run.RefusedWindows.ShouldBe(2, "Yesterday, and the gap before it.");
        run.Windows.Where(window => window.Report == "cost").ShouldAllBe(window => window.State == "refused");
        run.Windows.Where(window => window.Report != "cost")
            .ShouldAllBe(window => window.State == "loaded" || window.State == "empty");
        run.Windows.First(window => window.Report == "cost").Reason.ShouldNotBeNull()
            .ShouldContain("name the reports to read in the Reports of the account 'acme'");
        (await host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_refused_day_is_missing_with_the_reason_and_not_empty()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync($"[{CostRefused}]");
        await RunAsync(host);

        (await host.CountAsync("current_slices WHERE report = 'cost'")).ShouldBe(0);
        var cost = (await host.GetAsync("status")).GetProperty("reports").EnumerateArray()
            .Single(report => report.GetProperty("report").GetString() == "cost");
        cost.GetProperty("dataCompleteUntil").ValueKind.ShouldBe(JsonValueKind.Null);
        cost.GetProperty("lastError").GetString().ShouldNotBeNull().ShouldContain("the vendor answered 403");
    }

    [Fact]
    public async Task The_finding_says_what_is_missing_and_who_can_give_it_and_holds_no_key()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync($"[{CostRefused}]");
        await RunAsync(host);

        var access = await AccessAsync(host);
        access["messages_usage"].GetProperty("state").GetString().ShouldBe("usable");
        var cost = access["cost"];
        cost.GetProperty("state").GetString().ShouldBe("refused");
        cost.GetProperty("said").GetString().ShouldNotBeNull()
            .ShouldStartWith("the vendor answered 403 to GET v1/organizations/cost_report:");
        cost.GetProperty("remedy").GetString().ShouldNotBeNull()
            .ShouldContain("created in the Console by a member with the admin role");
        cost.GetProperty("lastRefusedAt").GetDateTimeOffset()
            .ShouldBeGreaterThanOrEqualTo(cost.GetProperty("since").GetDateTimeOffset());
        cost.GetRawText().ShouldNotContain(Acme.Key);
    }

    [Fact]
    public async Task It_is_logged_once_and_asked_for_once_a_day_also_after_a_restart()
    {
        await _vendor.FaultsAsync($"[{CostRefused}]");
        await using (var first = await StartAsync())
        {
            await RunAsync(first);
            Told(first).ShouldHaveSingleItem().ShouldStartWith("Warning ");
        }

        await using var second = await StartAsync();
        var since = (await AccessAsync(second))["cost"].GetProperty("since").GetString();
        var asked = await RequestsAsync();
        var run = await RunAsync(second);

        Told(second).ShouldBeEmpty();
        (await RequestsAsync() - asked).ShouldBe(1);
        run.Windows.Where(window => window.Report == "cost").Select(window => (window.State, window.Why))
            .ShouldBe([("refused", "new"), ("skipped", "refused before")], ignoreOrder: true);
        (await AccessAsync(second))["cost"].GetProperty("since").GetString().ShouldBe(since);
        (await second.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task It_heals_by_itself_and_then_reads_what_is_missing()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync($"[{CostRefused}]");
        await RunAsync(host);
        await _vendor.FaultsAsync("[]");

        var healed = await RunAsync(host);
        healed.RefusedWindows.ShouldBe(0);
        (await AccessAsync(host))["cost"].GetProperty("state").GetString().ShouldBe("usable");
        (await RunAsync(host)).Windows.ShouldContain(window => window.Report == "cost" && window.Why == "gap");

        (await host.CountAsync("current_slices WHERE report = 'cost'")).ShouldBe(4);
        (await host.CountAsync("freshness WHERE last_error IS NOT NULL")).ShouldBe(0);
    }

    [Fact]
    public async Task What_worked_before_is_an_error_each_time_that_it_ends()
    {
        await using var host = await StartAsync();
        await RunAsync(host);
        foreach (var times in new[] { 1, 2 })
        {
            await _vendor.FaultsAsync($"[{CostRefused}]");
            (await RunAsync(host)).RefusedWindows.ShouldBeGreaterThan(0);
            await RunAsync(host);

            var told = Told(host);
            told.Count.ShouldBe(times);
            told.ShouldAllBe(line => line.StartsWith("Error ", StringComparison.Ordinal)
                && line.Contains("which was last read at", StringComparison.Ordinal));
            await _vendor.FaultsAsync("[]");
            (await RunAsync(host)).RefusedWindows.ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_key_that_is_refused_as_such_stays_a_dead_letter()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync("""[{"kind":"status","status":401,"pathContains":"/cost_report"}]""");

        var run = await RunAsync(host);

        run.State.ShouldBe("failed");
        run.Windows.Where(window => window.Report == "cost").ShouldAllBe(window => window.State == "rejected");
        (await host.GetAsync("dead-letters")).EnumerateArray()
            .ShouldAllBe(letter => letter.GetProperty("cause").GetString() == "credential");
        (await host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(2);
        (await AccessAsync(host))["cost"].GetProperty("state").GetString().ShouldBe("failed");
        Told(host).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_fails_that_could_read_nothing_of_an_account()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync("""
            [{"kind":"status","status":403,"pathContains":"_report"},
             {"kind":"status","status":403,"pathContains":"/workspaces"},
             {"kind":"status","status":403,"pathContains":"/api_keys"},
             {"kind":"status","status":403,"pathContains":"/users"}]
            """);

        var run = await RunAsync(host, "\"reports\":[\"cost\",\"messages_usage\",\"claude_code\"]");

        run.Windows.ShouldAllBe(window => window.State == "refused");
        run.State.ShouldBe("failed");
        run.Reason.ShouldNotBeNull().ShouldStartWith(
            "Nothing was read of anthropic/acme: the vendor refuses its key every report that was asked for.");
        (await host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_is_refused_too_and_says_nothing_of_the_data()
    {
        await using var host = await StartAsync();
        await _vendor.FaultsAsync($"[{CostRefused}]");

        var run = await RunAsync(host, "\"mode\":\"dry_run\"");

        run.State.ShouldBe("completed");
        run.RefusedWindows.ShouldBe(2);
        Told(host).ShouldBeEmpty();
        (await AccessAsync(host))["cost"].GetProperty("state").GetString().ShouldBe("unread");
        await _vendor.FaultsAsync("[]");
        (await RunAsync(host)).Windows.ShouldContain(window => window.Report == "cost" && window.Why == "gap");
    }

    private static List<string> Told(ServiceHost host) =>
    [
        .. host.Log.All.Where(
            line => line.Contains("The vendor refuses anthropic/acme/cost", StringComparison.Ordinal)),
    ];

    private static async Task<Dictionary<string, JsonElement>> AccessAsync(ServiceHost host) =>
        (await host.GetAsync("vendors")).GetProperty("vendors").EnumerateArray()
            .Single(vendor => vendor.GetProperty("vendor").GetString() == "anthropic")
            .GetProperty("accounts").EnumerateArray().Single()
            .GetProperty("access").EnumerateArray()
            .ToDictionary(access => access.GetProperty("report").GetString()!);

    private static Task<RunDocument> RunAsync(ServiceHost host, string arguments = "") =>
        host.RunAsync($"{{{arguments}}}");

    /// <summary>How often the rule that refuses was met.</summary>
    private async Task<int> RequestsAsync() =>
        (await SimulatorHost.JsonAsync(_vendor.Anonymous, "/_simulator/faults"))
            .AsArray().Single()!["hits"]!.GetValue<int>();

    private Task<ServiceHost> StartAsync() => ServiceHost.StartAsync(
        _folder,
        [("Anthropic", "acme", Acme.Key)],
        builder => builder.Configuration.AddInMemoryCollection(
        [
            new("Vendors:Anthropic:BaseAddress", _vendor.Address),
            new("Runs:GapDays", "4"),
        ]));
}

using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Fetch;

/// <summary>Several accounts of one vendor, and one organisation under several names.</summary>
public sealed class AccountTests
{
    private const string Me = "/v1/organizations/me";
    private static readonly (string, string, string)[] Two = [("Anthropic", "acme", "key-acme"), ("Anthropic", "labs", "key-labs")];

    [Fact]
    public async Task Two_accounts_of_one_vendor_are_read_each_with_its_own_key_and_never_mixed()
    {
        await using var host = await ServiceHost.StartAsync(accounts: Two);
        host.Vendor
            .On(Me, context => VendorServer.WriteAsync(context, $$"""{"id":"org-of-{{KeyOf(context)}}","type":"organization"}""", 200))
            .On(CostRows.Path, context => VendorServer.WriteAsync(
                context, VendorServer.Buckets(context.Request.Query, _ => CostRows.Row(KeyOf(context) == "key-acme" ? "100" : "7")), 200));

        var run = await host.RunAsync("anthropic", "cost", new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 1));

        run.State.ShouldBe("completed");
        run.Windows.Select(window => (window.Account, window.Usd)).ShouldBe([("acme", 1m), ("labs", 0.07m)], ignoreOrder: true);
        (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost ORDER BY 1")).ShouldBe([["org-of-key-acme", 1m], ["org-of-key-labs", 0.07m]]);
        var one = await host.RunAsync("""{"accounts":["labs"],"reports":["cost"],"from":"2025-01-02","to":"2025-01-02"}""");
        one.Windows.ShouldHaveSingleItem().Account.ShouldBe("labs");
    }

    [Fact]
    public async Task Two_credentials_of_one_organisation_are_refused_by_name_and_counted_once()
    {
        await using var host = await ServiceHost.StartAsync(accounts: Two);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var day = new DateOnly(2025, 1, 1);

        var run = await host.RunAsync("anthropic", "cost", day, day);

        run.State.ShouldBe("failed");
        run.Windows.Single(window => window.Account == "acme").State.ShouldBe("loaded");
        var refused = run.Windows.Single(window => window.Account == "labs");
        refused.State.ShouldBe("rejected");
        refused.Reason.ShouldNotBeNull().ShouldContain("'acme' and 'labs' are the same organisation");
        (await host.AskAsync("SELECT amount_usd FROM daily_cost")).ShouldBe([[CostRows.UsdOf(day)]]);
        (await host.GetAsync("dead-letters")).EnumerateArray().Single().GetProperty("cause").GetString().ShouldBe("duplicate_account");
    }

    [Fact]
    public async Task Renaming_an_account_changes_nothing_in_the_facts()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<IReadOnlyList<object?>> before;
        const string facts = "SELECT (SELECT COUNT(*) FROM cost_versions), (SELECT SUM(amount_usd) FROM daily_cost), (SELECT COUNT(*) FROM current_slices)";
        var day = new DateOnly(2025, 1, 1);
        await using (var host = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-acme")]))
        {
            host.Vendor.OnDays(CostRows.Path, CostRows.Of);
            (await host.WindowAsync("anthropic", "cost", day)).State.ShouldBe("loaded");
            before = await host.AskAsync(facts);
        }

        await using var renamed = await ServiceHost.StartAsync(folder, [("Anthropic", "acme-renamed", "key-acme")]);
        renamed.Vendor.OnDays(CostRows.Path, CostRows.Of);

        var window = await renamed.WindowAsync("anthropic", "cost", day);

        (window.Account, window.State).ShouldBe(("acme-renamed", "unchanged"));
        (await renamed.AskAsync(facts)).ShouldBe(before);
    }

    private static string KeyOf(HttpContext context) => context.Request.Headers["x-api-key"].ToString();
}

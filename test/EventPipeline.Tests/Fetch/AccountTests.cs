using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Fetch;

/// <summary>Several accounts of one vendor, and one organisation under several names.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class AccountTests
{
    private const string Me = "/v1/organizations/me";
    private static readonly (string, string, string)[] Two =
    [
        ("Anthropic", "acme", "key-acme"),
        ("Anthropic", "labs", "key-labs"),
    ];

    [Fact]
    public async Task Two_accounts_of_one_vendor_are_read_each_with_its_own_key_and_never_mixed()
    {
        await using var host = await ServiceHost.StartAsync(accounts: Two);
        host.Vendor
            .On(Me, context => VendorServer.WriteAsync(context, $$"""{"id":"org-of-{{KeyOf(context)}}","type":"organization"}""", 200))
            .On(CostRows.Path, context => VendorServer.WriteAsync(
                context,
                VendorServer.Buckets(
                    context.Request.Query, _ => CostRows.Row(KeyOf(context) == "key-acme" ? "100" : "7")),
                200));

        var run = await host.RunAsync("anthropic", "cost", new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 1));

        run.State.ShouldBe("completed");
        run.Windows.Select(window => (window.Account, window.BilledUsd))
            .ShouldBe([("acme", 1m), ("labs", 0.07m)], ignoreOrder: true);
        (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost ORDER BY 1"))
            .ShouldBe([["org-of-key-acme", 1m], ["org-of-key-labs", 0.07m]]);
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
        (await host.GetAsync("dead-letters"))
            .EnumerateArray()
            .Single()
            .GetProperty("cause")
            .GetString()
            .ShouldBe("duplicate_account");
    }

    [Fact]
    public async Task Renaming_an_account_changes_nothing_in_the_facts()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<IReadOnlyList<object?>> before;
        const string facts =
            "SELECT (SELECT COUNT(*) FROM cost_versions), (SELECT SUM(amount_usd) FROM daily_cost), (SELECT COUNT(*) "
                + "FROM current_slices)";
        var settled = new DateOnly(2025, 1, 1);
        await using (var host = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-acme")]))
        {
            host.Vendor.OnDays(CostRows.Path, CostRows.Of);
            (await host.WindowAsync("anthropic", "cost", settled)).State.ShouldBe("loaded");
            (await host.WindowAsync("anthropic", "cost", host.Yesterday)).State.ShouldBe("loaded");
            before = await host.AskAsync(facts);
        }

        await using var renamed = await ServiceHost.StartAsync(folder, [("Anthropic", "acme-renamed", "key-acme")]);
        renamed.Vendor.OnDays(CostRows.Path, CostRows.Of);

        var windows = new[]
        {
            await renamed.WindowAsync("anthropic", "cost", settled),
            await renamed.WindowAsync("anthropic", "cost", renamed.Yesterday),
        };

        windows.Select(window => (window.Account, window.Why, window.State))
            .ShouldBe([("acme-renamed", "settled", "skipped"), ("acme-renamed", "read again", "unchanged")]);
        (await renamed.AskAsync(facts)).ShouldBe(before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_account_whose_vendor_tells_its_organisation_on_one_day_only_is_one_account(bool isToldFirst)
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        foreach (var isTold in new[] { isToldFirst, !isToldFirst })
        {
            await using var host = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-acme")]);
            host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("100"));
            host.Vendor.On(Me, isTold ? """{"id":"org-0001","type":"organization","name":"Example"}""" : NotFound, status: isTold ? 200 : 404);

            var run = await host.RunAsync("anthropic", "cost", day, day, ",\"force\":true");

            run.State.ShouldBe("completed");
            (await host.AskAsync("SELECT SUM(amount_usd), COUNT(DISTINCT account_id) FROM daily_cost"))
                .ShouldBe([[1m, 1L]]);
            host.Log.All.ShouldAllBe(
                line => !line.Contains("Could not determine data freshness", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_account_is_who_the_header_of_its_answers_says_also_with_another_key_and_name()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        foreach (var (name, key, header) in new[]
        {
            ("acme", "key-1", "org-a"), ("acme-inc", "key-2", "org-a"), ("acme-inc", "key-3", "org-b"),
        })
        {
            await using var host = await ServiceHost.StartAsync(folder, [("Anthropic", name, key)]);
            host.Vendor
                .On(Me, context => AnswerAsync(context, header, NotFound, 404))
                .On(
                    CostRows.Path,
                    context =>
                        AnswerAsync(
                            context,
                            header,
                            VendorServer.Buckets(context.Request.Query, _ => CostRows.Row("100")),
                            200));

            var run = await host.RunAsync("anthropic", "cost", day, day, ",\"force\":true");

            run.State.ShouldBe(header == "org-a" ? "completed" : "failed");
            (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["org-a", 1m]]);
        }
    }

    [Fact]
    public async Task An_openai_account_that_is_renamed_is_the_same_account()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "acme", "acme-inc" })
        {
            await using var host = await ServiceHost.StartAsync(
                folder, [("OpenAI", name, "sk-admin-key")], builder => builder.Configuration["Runs:GapDays"] = "5");
            host.Vendor.OnDays(Costs, _ => Cost("1.5"));

            var run = await host.PushedRunAsync("2026-11-20", "openai", "cost", "2026-11-15", "2026-11-17");

            run.State.ShouldBe("completed");
            (
                await host.AskAsync(
                    "SELECT DISTINCT account_id, usage_date, SUM(amount_usd) FROM daily_cost GROUP BY ALL ORDER BY 2"))
                .Select(row => (row[0], row[2])).ShouldBe(Enumerable.Repeat<(object?, object?)>(("acme", 1.5m), 5));
        }
    }

    [Fact]
    public async Task An_openai_account_that_is_renamed_and_has_another_key_is_refused_until_a_person_says_who_it_is()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        foreach (var (name, key, stated, state) in new[]
        {
            ("acme", "sk-admin-1", null, "loaded"),
            ("acme-inc", "sk-admin-2", null, "rejected"),
            ("acme-inc", "sk-admin-2", "acme", "loaded"),
            ("acme-inc", "sk-admin-2", null, "loaded"),
        })
        {
            await using var host = await ServiceHost.StartAsync(
                folder,
                [("OpenAI", name, key)],
                builder => builder.Configuration["Vendors:OpenAI:Accounts:0:OrganizationId"] = stated);
            host.Vendor.OnDays(Costs, _ => Cost("1.5"));

            var window = await host.WindowAsync("openai", "cost", day, ",\"force\":true");

            window.State.ShouldBe(state, window.Reason);
            (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["acme", 1.5m]]);
        }
    }

    [Fact]
    public async Task An_openai_account_is_recognised_by_the_organisation_in_its_answers_and_refused_where_they_name_another_accounts()
    {
        await using var host = await ServiceHost.StartAsync(
            accounts: [("OpenAI", "acme", "sk-admin-1"), ("OpenAI", "labs", "sk-admin-2")]);
        host.Vendor.On(Costs, context =>
        {
            context.Response.Headers["openai-organization"] = "org-acme";
            return VendorServer.WriteAsync(context, VendorServer.Buckets(context.Request.Query, _ => Cost("1.5")), 200);
        });
        var day = new DateOnly(2025, 1, 1);

        (await host.RunAsync($$"""{"accounts":["acme"],"vendors":["openai"],"reports":["cost"],"from":"{{day:yyyy-MM-dd}}","to":"{{day:yyyy-MM-dd}}"}""")).State.ShouldBe("completed");
        var labs = await host.RunAsync($$"""{"accounts":["labs"],"vendors":["openai"],"reports":["cost"],"from":"{{day:yyyy-MM-dd}}","to":"{{day:yyyy-MM-dd}}"}""");

        labs.Windows.ShouldHaveSingleItem().Reason.ShouldNotBeNull()
            .ShouldContain("'acme' and 'labs' are the same organisation, acme");
        (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["acme", 1.5m]]);
        (await host.AskAsync("SELECT mark FROM account_identity ORDER BY 1"))
            .Select(row => row[0])
            .ShouldBe(["key", "name", "organization_hint"]);
    }

    [Fact]
    public async Task A_key_of_another_openai_organisation_is_recognised_by_the_rows_of_its_costs()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        await using (var host = await ServiceHost.StartAsync(folder, [("OpenAI", "acme", "sk-admin-1")]))
        {
            host.Vendor.On(Costs, context =>
            {
                context.Response.Headers["openai-organization"] = "acme-short";
                return VendorServer.WriteAsync(context, Rows(context, "org-1"), 200);
            });
            (await host.WindowAsync("openai", "cost", day)).State.ShouldBe("loaded", "the two names differ in form");
            (await host.AskAsync("SELECT mark, value FROM account_identity WHERE mark LIKE 'organization%' ORDER BY 1"))
                .ShouldBe([["organization_header", "org-1"], ["organization_hint", "acme-short"]]);
        }

        foreach (var (organization, state) in new[] { ("org-2", "rejected"), ("org-1", "loaded") })
        {
            await using var host = await ServiceHost.StartAsync(folder, [("OpenAI", "acme", "sk-admin-2")]);
            host.Vendor.On(Costs, context => VendorServer.WriteAsync(context, Rows(context, organization), 200));

            var window = await host.WindowAsync("openai", "cost", day, ",\"force\":true");

            window.State.ShouldBe(state, window.Reason);
            (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["acme", 1.5m]]);
        }

        static string Rows(Microsoft.AspNetCore.Http.HttpContext context, string organization) => VendorServer.Buckets(
            context.Request.Query,
            _ => $$"""{"amount":{"value":1.5,"currency":"usd"},"organization_id":"{{organization}}"}""");
    }

    [Fact]
    public async Task An_openai_name_that_is_given_to_another_organisation_does_not_go_on_with_the_rows_of_the_one_before()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        await using (var host = await ServiceHost.StartAsync(folder, [("OpenAI", "acme", "sk-admin-1")]))
        {
            host.Vendor.OnDays(Costs, _ => Cost("1.5"));
            (await host.WindowAsync("openai", "cost", day)).State.ShouldBe("loaded");
        }

        await using var renamed = await ServiceHost.StartAsync(
            folder, [("OpenAI", "acme-inc", "sk-admin-1"), ("OpenAI", "acme", "sk-admin-3")]);
        renamed.Vendor.OnDays(Costs, _ => Cost("7"));

        var run = await renamed.RunAsync("openai", "cost", day, day, ",\"force\":true");

        run.Windows.ShouldAllBe(window => window.State == "rejected");
        run.Windows.Single(window => window.Account == "acme").Reason.ShouldNotBeNull()
            .ShouldContain("the key of its account 'acme' is now that of 'acme-inc'");
        (await renamed.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["acme", 1.5m]]);
    }

    [Fact]
    public async Task An_account_that_its_key_proves_to_be_who_it_was_does_not_depend_on_the_vendor_saying_so()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        foreach (var status in new[] { 200, 503 })
        {
            await using var host = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-acme")]);
            host.Vendor.OnDays(CostRows.Path, CostRows.Of);
            if (status != 200)
            {
                host.Vendor.On(Me, context => Refuse(context, status));
            }

            (await host.WindowAsync("anthropic", "cost", day, ",\"force\":true")).State.ShouldBe("loaded");
            (await host.CountAsync("current_slices")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task One_key_under_two_names_is_refused_with_both_names_and_counted_once()
    {
        await using var host = await ServiceHost.StartAsync(
            accounts: [("OpenAI", "acme", "sk-admin-key"), ("OpenAI", "labs", "sk-admin-key")]);
        host.Vendor.OnDays(Costs, _ => Cost("1.5"));
        var day = new DateOnly(2025, 1, 1);

        var run = await host.RunAsync("openai", "cost", day, day);

        run.Windows.Select(window => (window.Account, window.State))
            .ShouldBe([("acme", "loaded"), ("labs", "rejected")], ignoreOrder: true);
        run.Windows.Single(window => window.Account == "labs").Reason.ShouldNotBeNull()
            .ShouldContain("'acme' and 'labs' are the same organisation, since they have the same key");
        (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost")).ShouldBe([["acme", 1.5m]]);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(401)]
    public async Task An_account_whose_vendor_does_not_say_who_it_is_stops_no_other(int status)
    {
        await using var host = await ServiceHost.StartAsync(accounts: Two);
        host.Vendor
            .On(Me, context => KeyOf(context) == "key-acme"
                ? Refuse(context, status)
                : VendorServer.WriteAsync(context, """{"id":"org-labs","type":"organization"}""", 200))
            .OnDays(CostRows.Path, CostRows.Of);
        var day = new DateOnly(2025, 1, 1);

        var run = await host.RunAsync("anthropic", "cost", day, day);

        run.Windows.Single(window => window.Account == "labs").State.ShouldBe("loaded");
        run.Windows.Single(window => window.Account == "acme").State.ShouldBe(status == 401 ? "rejected" : "failed");
        (await host.AskAsync("SELECT account_id, amount_usd FROM daily_cost"))
            .ShouldBe([["org-labs", CostRows.UsdOf(day)]]);
    }

    [Fact]
    public async Task The_windows_of_an_account_ask_its_vendor_once_who_it_is()
    {
        await using var host = await ServiceHost.StartAsync(accounts: [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        (await host.RunAsync("anthropic", "cost", new DateOnly(2025, 1, 1), new DateOnly(2025, 6, 30))).Windows.Count
            .ShouldBe(6);

        host.Vendor.Asked.Count(asked => asked == Me).ShouldBe(1);
        (await host.CountAsync("account_identity")).ShouldBe(3);
    }

    [Fact]
    public async Task A_dry_run_records_nobody()
    {
        await using var host = await ServiceHost.StartAsync(accounts: [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var day = new DateOnly(2025, 1, 1);

        (await host.RunAsync("anthropic", "cost", day, day, ",\"mode\":\"dry_run\"")).State.ShouldBe("completed");

        (await host.CountAsync("account_identity")).ShouldBe(0);
    }

    [Fact]
    public async Task A_dataset_in_which_one_account_stands_twice_is_put_right_by_merging_its_ids()
    {
        using var folder = new TemporaryFolder();
        await using var host = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("100"));
        var day = new DateOnly(2025, 1, 1);
        await host.RunAsync("anthropic", "cost", day, day.AddDays(2));
        await host.StandAlsoAsAsync("acme", "acme");
        (await host.AskAsync("SELECT usage_date, SUM(amount_usd) FROM daily_cost GROUP BY 1 ORDER BY 1"))
            .Select(row => row[1])
            .ShouldBe([2m, 2m, 2m]);

        await host.MergeAsync("anthropic", "acme", ServiceHost.Organization);

        (await host.AskAsync("SELECT usage_date, SUM(amount_usd) FROM daily_cost GROUP BY 1 ORDER BY 1"))
            .Select(row => row[1])
            .ShouldBe([1m, 1m, 1m]);
        (await host.AskAsync("SELECT DISTINCT account_id FROM cost")).ShouldBe([[ServiceHost.Organization]]);
        (await host.CountAsync("current_slices")).ShouldBe(3);
        (await host.WindowAsync("anthropic", "cost", day, ",\"force\":true")).State.ShouldBe("loaded");
        (await host.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(3m);

        await host.MergeAsync("anthropic", "acme", "acme");
        (await host.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(6m);
    }

    private const string Costs = "/v1/organization/costs";
    private const string NotFound = """{"type":"error","error":{"type":"not_found_error","message":"Not found"}}""";

    private static string Cost(string dollars) =>
        $$"""{"object":"organization.costs.result","amount":{"value":{{dollars}},"currency":"usd"},"line_item":"model-x, input","project_id":"proj_1"}""";

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.Headers.RetryAfter = "3600";
        return VendorServer.WriteAsync(context, """{"type":"error","error":{"type":"api_error","message":"no"}}""", status);
    }

    private static Task AnswerAsync(HttpContext context, string organization, string body, int status)
    {
        context.Response.Headers["anthropic-organization-id"] = organization;
        return VendorServer.WriteAsync(context, body, status);
    }

    private static string KeyOf(HttpContext context) => context.Request.Headers["x-api-key"].ToString();
}

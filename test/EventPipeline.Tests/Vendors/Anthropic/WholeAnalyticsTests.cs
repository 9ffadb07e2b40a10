using System.Globalization;
using System.Net;
using EventPipeline.Ledger;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using EventPipeline.Vendors.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>
/// The whole service against the simulated vendor, read from the source of each kind of organisation, and switched from
/// one to the other.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeAnalyticsTests
{
    private const int Seed = 5;

    private static readonly IReadOnlyList<SimulatedAccount> Accounts =
        [.. SimulatedVendors.All.SelectMany(vendor => vendor.Accounts(Seed)).Where(one => one.Vendor == "anthropic")];

    private static readonly SimulatedAccount Acme = Accounts.Single(one => one.Name == "SIMULATED-acme");
    private static readonly SimulatedAccount Enterprise = Accounts.Single(one => one.Source == "enterprise");

    [Fact]
    public async Task An_enterprise_organisation_is_read_to_the_last_token_and_cent()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, Enterprise.Key, "enterprise");
        var (from, to) = (host.Today.AddDays(-12), host.Yesterday);

        var run = await RunAsync(host, from, to);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.Select(window => window.Report).Distinct()
            .ShouldBe(
                [
                    "analytics_usage", "analytics_cost", "user_activity", "skill_activity", "connector_activity",
                    "project_activity", "plugin_activity", "artifact_activity", "organization_activity",
                ],
                ignoreOrder: true);
        run.Windows.ShouldAllBe(window => window.Drift.Count == 0);
        var usage = await vendor.TotalAsync(Enterprise, "analytics_usage", from, to);
        (await host.AskAsync(
            $"SELECT COUNT(*), COUNT(DISTINCT row_key), SUM(requests) FROM usage WHERE {Between(from, to)}"))[0]
            .Select(Exact).ShouldBe([usage.Rows, usage.Rows, usage.Quantity("requests")]);
        (await ExactAsync(host, "SUM(total_tokens)", "daily_usage", from, to)).ShouldBe(usage.Tokens);
        var cost = await vendor.TotalAsync(Enterprise, "analytics_cost", from, to);
        (await ExactAsync(host, "SUM(amount_usd)", "daily_cost", from, to)).ShouldBe(cost.Usd);
        (await ExactAsync(host, "SUM(list_usd)", "cost", from, to)).ShouldBe(cost.Quantity("list_amount") / 100);
        var people = await vendor.TotalAsync(Enterprise, "user_activity", from, to);
        (await host.AskAsync(
            "SELECT COUNT(*) FILTER (report = 'user_activity'), SUM(interactions), SUM(sessions), SUM(lines_added), "
                + $"SUM(accepted) FROM activity WHERE {Between(from, to)}"))[0]
            .Select(Exact)
            .ShouldBe([
                people.Rows, people.Quantity("messages"), people.Quantity("sessions"), people.Quantity("added"),
                people.Quantity("accepted"),
            ]);
        (await host.CountAsync("usage WHERE actor_id IS NULL AND model IS NOT NULL")).ShouldBeGreaterThan(0);
        (await host.AskAsync("SELECT DISTINCT mark FROM account_identity WHERE mark = 'organization_header'")).Count
            .ShouldBe(1, "The answers' header says which organisation it is.");
    }

    /// <summary>Counts that must not be added to those of people: they are in the details.</summary>
    [Fact]
    public async Task The_activity_of_an_enterprise_is_read_to_the_last_count()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, Enterprise.Key, "enterprise");
        var (from, to) = (host.Today.AddDays(-9), host.Yesterday);
        (string Report, string Member, string Quantity)[] counts =
        [
            ("skill_activity", "invocation_count", "uses"),
            ("skill_activity", "distinct_user_count", "distinct_user_count"),
            ("connector_activity", "read_call_count", "uses"),
            ("connector_activity", "distinct_user_count", "distinct_user_count"),
            ("project_activity", "message_count", "uses"),
            ("project_activity", "distinct_conversation_count", "conversations"),
            ("plugin_activity", "invocation_count", "uses"),
            ("plugin_activity", "install_count", "conversations"),
            ("artifact_activity", "artifacts_created_count", "uses"),
            ("organization_activity", "daily_active_user_count", "daily_active_user_count"),
            ("organization_activity", "weekly_active_user_count", "weekly_active_user_count"),
            ("organization_activity", "monthly_active_user_count", "monthly_active_user_count"),
            ("organization_activity", "assigned_seat_count", "assigned_seat_count"),
        ];

        var run = await RunAsync(host, from, to, [.. counts.Select(count => count.Report).Distinct()]);

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.ShouldAllBe(window => window.Drift.Count == 0);
        var days = run.Windows.Sum(window => window.To.DayNumber - window.From.DayNumber + 1);
        run.Requests.ShouldBe([new AccountRequests("anthropic", "acme", days, (days - 1) / 60)]);
        run.Warnings.ShouldBeNull();
        foreach (var (report, member, quantity) in counts)
        {
            var truth = await vendor.TotalAsync(Enterprise, report, from, to);
            truth.Quantity(quantity).ShouldBeGreaterThan(0, report);
            (await host.AskAsync(
                $"SELECT COUNT(*), COUNT(DISTINCT row_key), SUM(CAST(details ->> '{member}' AS BIGINT)), "
                    + $"COUNT(interactions) FROM activity WHERE report = '{report}' AND {Between(from, to)}"))[0]
                .Select(Exact).ShouldBe([truth.Rows, truth.Rows, truth.Quantity(quantity), 0], report);
        }
    }

    /// <summary>The vendor is an hour before the end of the last day that is asked for.</summary>
    [Theory]
    [InlineData("user_activity")]
    [InlineData("organization_activity")]
    [InlineData("analytics_usage")]
    [InlineData("analytics_cost")]
    public async Task A_day_that_is_not_there_yet_waits_and_those_before_it_are_loaded(string report)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await using var vendor = await SimulatorHost.StartAsync(
            Seed, new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero).AddHours(-1));
        await using var host = await StartServiceAsync(vendor, Enterprise.Key, "enterprise");

        var run = await RunAsync(host, today.AddDays(-3), today.AddDays(-1), report);

        var window = run.Windows.ShouldHaveSingleItem();
        window.Reason!.ShouldContain("is not ready");
        (await host.AskAsync("SELECT usage_date FROM current_slices ORDER BY 1"))
            .ShouldBe([[today.AddDays(-3)], [today.AddDays(-2)]]);
    }

    /// <summary>Both directions, with days that both sources have read.</summary>
    [Theory]
    [InlineData("console", "console_analytics")]
    [InlineData("console_analytics", "console")]
    public async Task A_switch_over_overlapping_days_doubles_nothing(string first, string second)
    {
        using var folder = new TemporaryFolder();
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        DateOnly day;
        await using (var before = await StartServiceAsync(vendor, Acme.Key, first, folder))
        {
            day = before.Yesterday;
            (await RunAsync(before, day.AddDays(-5), day)).State.ShouldBe("completed");
            await ShouldEqualAsync(before, vendor, first, day.AddDays(-5), day);
        }

        await using var after = await StartServiceAsync(vendor, Acme.Key, second, folder);
        (await RunAsync(after, day.AddDays(-2), day)).State.ShouldBe("completed");

        await ShouldEqualAsync(after, vendor, first, day.AddDays(-5), day.AddDays(-3));
        await ShouldEqualAsync(after, vendor, second, day.AddDays(-2), day);
        (await after.CountAsync(
            "(SELECT x_UsageDate FROM focus GROUP BY x_UsageDate HAVING COUNT(DISTINCT x_SourceReport) > 1)"))
            .ShouldBe(0);
        (await after.ValueAsync("SELECT COUNT(DISTINCT account_id) FROM current_slices")).ShouldBe(1L);
        var accounts = await after.GetAsync("vendors");
        var told = accounts.GetProperty("vendors").EnumerateArray()
            .Single(one => one.GetProperty("vendor").GetString() == "anthropic")
            .GetProperty("accounts")[0];
        told.GetProperty("source").GetString().ShouldBe(second);
        told.GetProperty("reads")[0].GetString()
            .ShouldBe(second == "console" ? "messages_usage" : "claude_code", "In the order of the vendor's reports.");
    }

    [Fact]
    public async Task A_window_of_a_source_that_the_account_is_not_read_from_any_more_ends_with_what_to_do()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, Acme.Key, "console_analytics");

        (await host.PushFetchAsync("r-1", "anthropic", "cost", host.Yesterday, host.Yesterday))
            .ShouldBe(HttpStatusCode.NoContent);
        await host.IdleAsync();

        (await host.ValueAsync("SELECT reason FROM run_events WHERE run_id = 'r-1' AND event = 'window_ended'"))
            .ShouldBeOfType<string>()
            .ShouldContain("is read from the source 'console_analytics', which does not have the report 'cost'");
        (await host.ValueAsync("SELECT hint FROM dead_letters")).ShouldBeOfType<string>().ShouldContain("'console'");
    }

    /// <summary>Only what the account is read from can be late.</summary>
    [Fact]
    public async Task A_report_of_the_former_source_does_not_grow_stale()
    {
        // Instruments are the process's: what other tests measure at the same time has another account.
        const string name = "acme-switched";
        using var folder = new TemporaryFolder();
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using (var before = await StartServiceAsync(vendor, Acme.Key, "console", folder, name))
        {
            await RunAsync(before, before.Yesterday, before.Yesterday);
        }

        await using var after = await StartServiceAsync(vendor, Acme.Key, "console_analytics", folder, name);
        await RunAsync(after, after.Yesterday, after.Yesterday);

        using var scrape = await after.Http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var lines = (await scrape.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n')
            .Where(line => line.StartsWith("eventpipeline_freshness_seconds{", StringComparison.Ordinal)
                && line.Contains($"account=\"{name}\"", StringComparison.Ordinal))
            .ToList();
        lines.ShouldContain(line => line.Contains("report=\"analytics_cost\"", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("report=\"claude_code\"", StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("report=\"cost\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cursor_that_expires_while_pages_are_read_starts_the_window_again()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, Acme.Key, "console_analytics");
        await vendor.FaultsAsync("""[{"kind":"status","status":410,"pathContains":"page=page_","times":1}]""");
        var (from, to) = (host.Today.AddDays(-31), host.Yesterday);

        var run = await RunAsync(host, from, to, "analytics_usage");

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.Max(window => window.Attempts).ShouldBe(2, "A month has more rows than a page.");
        var usage = await vendor.TotalAsync(Acme, "analytics_usage", from, to);
        (await ExactAsync(host, "SUM(total_tokens)", "daily_usage", from, to)).ShouldBe(usage.Tokens);
        (await ExactAsync(host, "COUNT(*)", "usage", from, to)).ShouldBe(usage.Rows);
    }

    [Theory]
    [InlineData("admin", "enterprise", "completed", "")]
    [InlineData("enterprise", "console", "failed", "an analytics key of Claude Enterprise")]
    [InlineData("enterprise", "console", "failed", "which reads the sources enterprise and enterprise_legacy alone")]
    [InlineData("limited", "console_analytics", "failed", "ordinary API key of a workspace")]
    [InlineData("limited", "enterprise", "failed", "The account is read from the source 'enterprise'")]
    public async Task A_key_of_the_wrong_kind_is_told_what_it_is_and_what_it_reads(
        string key, string source, string state, string told)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        var sent = key switch { "admin" => Acme.Key, "limited" => Enterprise.LimitedKey, _ => Enterprise.Key };
        await using var host = await StartServiceAsync(vendor, sent, source);

        var run = await RunAsync(host, host.Yesterday, host.Yesterday);

        run.State.ShouldBe(state, string.Join(' ', run.Windows.Select(window => window.Reason)));
        if (state == "failed")
        {
            // Whether keys of Claude Enterprise may ask who they are is not known, so only their reports are refused.
            run.Windows.ShouldAllBe(window => window.State == (source == "enterprise" ? "refused" : "rejected"));
            run.Windows[0].Reason!.ShouldContain(told);
            run.Windows[0].Reason!.ShouldNotContain(sent);
        }
    }

    [Fact]
    public async Task A_report_of_a_source_that_no_account_reads_is_refused_by_name()
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, Acme.Key, "console");

        var run = await RunAsync(host, host.Yesterday, host.Yesterday, "analytics_cost");

        run.State.ShouldBe("failed");
        run.Reason!.ShouldContain(
            "No account of this run reads the report 'analytics_cost': anthropic/acme (console).");
    }

    private static string Between(DateOnly from, DateOnly to) =>
        FormattableString.Invariant($"usage_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'");

    private static async Task<decimal> ExactAsync(
        ServiceHost host, string what, string view, DateOnly from, DateOnly to) =>
        Exact(await host.ValueAsync($"SELECT {what} FROM {view} WHERE {Between(from, to)}"));

    private static async Task ShouldEqualAsync(
        ServiceHost host, SimulatorHost vendor, string source, DateOnly from, DateOnly to)
    {
        var (usageReport, costReport) = source == "console"
            ? ("messages_usage", "cost")
            : ("analytics_usage", "analytics_cost");
        var (usage, cost) = (
            await vendor.TotalAsync(Acme, usageReport, from, to),
            await vendor.TotalAsync(Acme, costReport, from, to));
        (await ExactAsync(host, "COUNT(*)", "usage", from, to)).ShouldBe(usage.Rows);
        (await ExactAsync(host, "SUM(total_tokens)", "daily_usage", from, to)).ShouldBe(usage.Tokens);
        (await ExactAsync(host, "COUNT(*)", "cost", from, to)).ShouldBe(cost.Rows);
        (await ExactAsync(host, "SUM(amount_usd)", "daily_cost", from, to)).ShouldBe(cost.Usd);
    }

    private static Task<RunDocument> RunAsync(
        ServiceHost host, DateOnly from, DateOnly to, params IReadOnlyList<string> only)
    {
        var reports = only.Count == 0 ? "" : $",\"reports\":[\"{string.Join("\",\"", only)}\"]";
        return host.RunAsync(
            $$"""{"vendors":["anthropic"],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"{{reports}}}""");
    }

    private static Task<ServiceHost> StartServiceAsync(
        SimulatorHost vendor, string key, string source, TemporaryFolder? folder = null, string name = "acme") =>
        ServiceHost.StartAsync(
        folder,
        [("Anthropic", name, key)],
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("Vendors:Anthropic:BaseAddress", vendor.Address),
                new("Vendors:Anthropic:Accounts:0:Source", source),
            ]);
            builder.Services.AddSingleton(new BackPressure(TimeProvider.System) { KeepsToLimits = false });
        });

    private static decimal Exact(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}

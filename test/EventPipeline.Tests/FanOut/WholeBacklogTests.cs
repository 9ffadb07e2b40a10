using System.Net;
using EventPipeline.FanOut;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.FanOut;

/// <summary>A backfill that needs more load jobs than a day has to spare.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeBacklogTests : IAsyncLifetime
{
    private const int Few = 25;

    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        LargeBackfill.Arrange(_host);
        _host.Warehouse.MaxLoadsPerDay = 1;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task It_publishes_what_the_day_has_left_waits_visibly_and_goes_on_with_a_later_run()
    {
        var day = _host.Yesterday.AddDays(-40);

        var begun = await _host.RunAsync(LargeBackfill.Of(_host));

        begun.State.ShouldBe("waiting");
        begun.Outcome.ShouldBeNull();
        var waiting = begun.Windows.Where(window => window.State == "waiting").ToList();
        waiting.Count.ShouldBeGreaterThan(5);
        var published = begun.Windows.Where(window => window.Why is "asked for" or "gap").Except(waiting).ToList();
        published.ShouldAllBe(window => window.State == "empty");
        published.Count.ShouldBe(Few);
        published.Min(window => window.To).ShouldBeGreaterThanOrEqualTo(waiting.Max(window => window.To));
        begun.Reason.ShouldStartWith($"{waiting.Count} of its windows wait: ");
        var read = _host.Vendor.Asked.Count;

        // The next day, too, has nothing to spare.
        var daily = await _host.RunAsync("anthropic", "cost", day, day);
        daily.State.ShouldBe("completed");
        (await _host.RunOfAsync(begun.RunId)).Windows.Count(window => window.State == "waiting")
            .ShouldBe(waiting.Count);

        // A later one has.
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        await _host.RunAsync("anthropic", "cost", day, day);

        var ended = await _host.RunOfAsync(begun.RunId);
        ended.State.ShouldBe("completed");
        ended.Windows.ShouldAllBe(window => window.State != "waiting" && window.State != "pending");
        ended.Reason.ShouldBeNull();
        _host.Vendor.Asked.Count.ShouldBeGreaterThan(read);
        (await _host.AskAsync(
            $"SELECT event, COUNT(*) FROM run_events WHERE run_id = '{begun.RunId}' "
            + "AND event IN ('window_published', 'completed') GROUP BY 1 ORDER BY 1"))
            .ShouldBe([["completed", 1L], ["window_published", (long)waiting.Count]]);
    }

    [Fact]
    public async Task Delivered_again_its_trigger_publishes_what_it_has_published_and_no_more()
    {
        var body = LargeBackfill.Of(_host);
        (await _host.PushTriggerAsync(body, "trigger-1")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();
        var read = _host.Vendor.Asked.Count;

        (await _host.PushTriggerAsync(body, "trigger-1")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        _host.Vendor.Asked.Count.ShouldBe(read);
        (await _host.AskAsync("SELECT COUNT(*) FROM run_events WHERE event = 'window_published'"))
            .ShouldBe([[0L]]);
    }

    [Fact]
    public async Task What_later_runs_publish_of_it_counts_against_the_day_too()
    {
        var begun = await _host.RunAsync(LargeBackfill.Of(_host));
        var waiting = begun.Windows.Count(window => window.State == "waiting");

        // Enough for three more than were published: each window has so many days that it counts as two load jobs.
        var published = (int)(decimal)(await _host.ValueAsync(
            "SELECT CAST(SUM(row_count) AS DECIMAL(18, 0)) FROM run_events WHERE event = 'planned'"))!;
        _host.Warehouse.MaxLoadsPerDay = (DailyWindows() + published + 6) * 100 / 80;
        await _host.RunAsync("anthropic", "cost", _host.Yesterday.AddDays(-50), _host.Yesterday.AddDays(-50));
        var resumed = Waiting(await _host.RunOfAsync(begun.RunId));
        await _host.RunAsync("anthropic", "cost", _host.Yesterday.AddDays(-60), _host.Yesterday.AddDays(-60));

        resumed.ShouldBeInRange(waiting - 3, waiting - 1);
        Waiting(await _host.RunOfAsync(begun.RunId)).ShouldBe(resumed);
    }

    [Fact]
    public async Task A_window_that_meets_the_quota_waits_without_being_tried_again_and_a_later_run_goes_on_with_it()
    {
        var refused = 0;
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        _host.Warehouse.BeforeLoad = table =>
        {
            if (table == "cost_versions")
            {
                refused++;
                throw new TransientFailureException("No load jobs are left today.") { IsQuotaExhausted = true };
            }
        };
        var day = _host.Yesterday.AddDays(-50);

        var met = await _host.RunAsync("anthropic", "cost", day, day);

        met.State.ShouldBe("waiting");
        var window = met.Windows.Single(window => window.From == day);
        (window.State, window.Attempts, window.Reason).ShouldBe(("waiting", 0, "No load jobs are left today."));
        refused.ShouldBe(met.Windows.Count(other => other.State == "waiting"));
        _host.Log.All.Count(line => line.Contains("waits for a later run: No load jobs")).ShouldBe(refused);

        _host.Warehouse.Mend();
        await _host.RunAsync("anthropic", "cost", day, day);

        var ended = await _host.RunOfAsync(met.RunId);
        ended.State.ShouldBe("completed");
        ended.Windows.Single(other => other.From == day).Reason.ShouldBeNull();
        (await _host.AskAsync($"SELECT amount_usd FROM cost WHERE usage_date = '{day:yyyy-MM-dd}'"))
            .ShouldBe([[CostRows.UsdOf(day)]]);
    }

    [Fact]
    public async Task A_dry_run_of_as_many_windows_waits_for_nothing()
    {
        var run = await _host.RunAsync(LargeBackfill.Of(_host, ",\"mode\":\"dry_run\""));

        run.State.ShouldBe("completed");
        run.Windows.ShouldNotContain(window => window.State == "waiting");
    }

    [Fact]
    public async Task A_plan_says_what_it_needs_of_the_warehouse_and_what_the_day_has_left()
    {
        _host.Warehouse.MaxLoadsPerDay = 1_500;

        var run = await _host.RunAsync(LargeBackfill.Of(_host));
        var day = await _host.RunAsync("anthropic", "cost", _host.Yesterday.AddDays(-50), _host.Yesterday.AddDays(-50));

        var windows = run.Windows.Count(window => window.State != "skipped");
        var needs = run.Warehouse.ShouldNotBeNull();
        needs.LoadJobsLeft.ShouldBe((1_500 * 80 / 100) - DailyWindows());
        needs.Messages.ShouldBeInRange(1, windows);
        needs.InsertMinutes.ShouldBe(needs.Messages / 150.0);
        needs.LoadJobs.ShouldBe((int)(decimal)(await _host.ValueAsync(
            "SELECT CAST(SUM(row_count) AS DECIMAL(18, 0)) FROM run_events WHERE event = 'planned' "
            + $"AND run_id = '{run.RunId}'"))!);
        day.Warehouse.ShouldBe(new WarehouseNeeds(1, 1, null, 1 / 150.0));
    }

    [Fact]
    public async Task A_plan_that_nothing_limits_says_nothing_of_the_warehouse()
    {
        _host.Warehouse.MaxLoadsPerDay = null;

        var run = await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);

        run.Warehouse.ShouldBeNull();
    }

    private static int Waiting(RunDocument run) => run.Windows.Count(window => window.State == "waiting");

    private int DailyWindows() => _host.Vendors.Sum(vendor => LoadBudget.DailyWindows(
        vendor.ReportsOf(new Account(vendor.Name, "acme", vendor.DefaultBaseAddress, "env:KEY"))));
}

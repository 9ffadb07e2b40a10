using System.Net;
using EventPipeline.Load;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Load;

/// <summary>What went wrong in services like this one, between the vendor's answer and the views.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeLoadTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly ServiceHost _host = fixture.Host;

    [Fact]
    public async Task A_negative_amount_stays_negative()
    {
        var day = new DateOnly(2025, 1, 1);
        _host.Vendor.OnDays(CostRows.Path, _ => $"{CostRows.Row("-250.5", "Credit")},{CostRows.Row("100")}");

        var window = await _host.WindowAsync("anthropic", "cost", day);

        window.BilledUsd.ShouldBe(-1.505m);
        (await DailyAsync(day)).ShouldBe([-2.505m, 1m]);
        (
            await _host.ValueAsync(
                "SELECT BilledCost FROM focus WHERE ChargeCategory = 'Credit' AND ChargePeriodStart = "
                    + $"'{day:yyyy-MM-dd}'"))
            .ShouldBe(-2.505m);
    }

    [Fact]
    public async Task A_load_that_does_not_prove_itself_is_not_a_success()
    {
        var day = new DateOnly(2025, 1, 2);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Loses = table => table == "cost_versions";

        var run = await _host.RunAsync("anthropic", "cost", day, day);

        _host.Warehouse.Mend();
        run.State.ShouldBe("failed");
        var window = run.Windows.ShouldHaveSingleItem();
        window.State.ShouldBe("failed");
        window.Reason.ShouldNotBeNull().ShouldContain("failed verification");
        run.Totals.BilledUsd.ShouldBe(0);
        await NothingIsVisibleAsync(day);
    }

    [Theory]
    [InlineData("insert_slice_versions")]
    [InlineData("prove_load")]
    [InlineData("window_look_up")]
    public async Task A_statement_that_fails_is_not_a_success_and_the_next_attempt_makes_it_good(string statement)
    {
        var day = new DateOnly(2025, 1, 3).AddDays(statement.Length);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var failures = 0;
        IReadOnlyList<object?>? between = null;
        _host.Warehouse.Before = asked =>
        {
            if (asked.Name == statement && failures++ == 0)
            {
                between = _host.AskAsync(
                    $"SELECT COUNT(*), (SELECT COUNT(*) FROM cost WHERE usage_date = '{day:yyyy-MM-dd}') FROM "
                        + $"slice_versions WHERE usage_date = '{day:yyyy-MM-dd}'")
                    .GetAwaiter().GetResult()[0];
                throw new IOException("The disk is full.");
            }
        };

        var window = await _host.WindowAsync("anthropic", "cost", day);

        _host.Warehouse.Mend();
        between.ShouldBe([0L, 0L]);
        (window.State, window.Attempts).ShouldBe(("loaded", 2));
        (await DailyAsync(day)).ShouldBe([CostRows.UsdOf(day)]);
    }

    [Fact]
    public async Task State_is_not_advanced_before_the_data_is_safe()
    {
        var day = new DateOnly(2025, 2, 1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.BeforeLoad = _ => throw new IOException("The disk is full.");

        var run = await _host.RunAsync("anthropic", "cost", day, day);
        _host.Warehouse.Mend();

        run.State.ShouldBe("failed");
        await NothingIsVisibleAsync(day);
        (await _host.WindowAsync("anthropic", "cost", day)).Why.ShouldBe("asked for");
        (await DailyAsync(day)).ShouldBe([CostRows.UsdOf(day)]);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_read_again()
    {
        var day = new DateOnly(2025, 2, 2);
        var asked = 0;
        _host.Vendor.OnDays(CostRows.Path, each =>
        {
            asked++;
            return CostRows.Of(each);
        });
        var lost = 0;
        _host.Warehouse.After = statement =>
        {
            if (statement.Name == "insert_slice_versions" && lost++ == 0)
            {
                throw new IOException("The answer was lost.");
            }
        };

        var window = await _host.WindowAsync("anthropic", "cost", day);

        _host.Warehouse.Mend();
        (window.State, window.BilledUsd, asked).ShouldBe(("loaded", CostRows.UsdOf(day), 1));
        (await _host.CountAsync($"slice_versions WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_of_an_earlier_version_which_is_no_end_is_found_and_recorded()
    {
        var day = new DateOnly(2025, 2, 3);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        (await _host.PushFetchAsync("run-now", "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics",
            "earlier-commit",
            new Statement(
                "earlier_commit",
                "INSERT INTO {dataset}.slice_versions "
                    + "SELECT * REPLACE ('run-earlier' AS run_id, NULL AS window_outcome) "
                    + "FROM {dataset}.slice_versions WHERE run_id = 'run-now'",
                new Dictionary<string, object?>()),
            TestContext.Current.CancellationToken);
        var asked = _host.Vendor.Asked.Count;

        (await _host.PushFetchAsync("run-earlier", "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);

        _host.Vendor.Asked.Count.ShouldBe(asked);
        var run = await _host.RunOfAsync("run-earlier");
        (run.State, run.Totals.BilledUsd, run.Windows.ShouldHaveSingleItem().State)
            .ShouldBe(("completed", CostRows.UsdOf(day), "loaded"));
    }

    [Fact]
    public async Task A_commit_that_is_found_adds_up_its_days_to_the_last_digit()
    {
        var (first, last) = (new DateOnly(2025, 3, 20), new DateOnly(2025, 3, 22));
        _host.Vendor.OnDays(CostRows.Path, day => CostRows.Row((day.Day - first.Day) switch
        {
            0 => "1000000000000000000000",
            1 => "0.00000001",
            _ => "-1000000000000000000000",
        }));
        var lost = 0;
        _host.Warehouse.After = statement =>
        {
            if (statement.Name == "insert_slice_versions" && lost++ == 0)
            {
                throw new IOException("The answer was lost.");
            }
        };

        var window = (await _host.RunAsync("anthropic", "cost", first, last)).Windows.ShouldHaveSingleItem();

        _host.Warehouse.Mend();
        (window.State, window.BilledUsd, lost).ShouldBe(("loaded", 0.0000000001m, 1));
    }

    [Theory]
    [InlineData("planned", false)]
    [InlineData("planned", true)]
    [InlineData("window_planned", false)]
    [InlineData("window_planned", true)]
    [InlineData("completed", false)]
    [InlineData("completed", true)]
    public async Task A_run_whose_record_failed_or_whose_answer_was_lost_goes_on_and_reads_nothing_twice(
        string recorded, bool happened)
    {
        var day = new DateOnly(happened ? 2023 : 2024, 1, recorded.Length);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var failures = 0;
        void Fail(Statement statement)
        {
            if (
                statement.Name == "insert_run_events"
                    && statement.Parameters.Values.Contains(recorded)
                    && Interlocked.Increment(ref failures) == 1)
            {
                throw new IOException("The connection was reset.");
            }
        }

        if (happened)
        {
            _host.Warehouse.After = Fail;
        }
        else
        {
            _host.Warehouse.Before = Fail;
        }

        var run = await _host.RunAsync("anthropic", "cost", day, day);

        _host.Warehouse.Mend();
        failures.ShouldBeGreaterThan(0);
        (run.State, run.Totals.BilledUsd).ShouldBe(("completed", CostRows.UsdOf(day)));
        _host.Vendor.Asked.Count(asked => asked.Contains($"starting_at={day:yyyy-MM-dd}", StringComparison.Ordinal))
            .ShouldBe(1);
        (await _host.AskAsync($"SELECT event FROM run_events WHERE run_id = '{run.RunId}' ORDER BY 1"))
            .Select(row => row[0])
            .ShouldBe(["completed", "completing", "planned", "requested", "window_planned"]);
    }

    [Fact]
    public async Task A_second_run_loads_nothing_and_changes_no_sum()
    {
        await using var host = await ServiceHost.StartAsync();
        var (from, to) = (host.Yesterday.AddDays(-2), host.Yesterday);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await host.RunAsync("anthropic", "cost", from, to);
        var before = await host.AskAsync(
            "SELECT (SELECT COUNT(*) FROM cost_versions), (SELECT COUNT(*) FROM raw_page), (SELECT SUM(amount_usd) "
                + "FROM daily_cost)");

        var again = await host.RunAsync("anthropic", "cost", from, to);

        again.Windows.ShouldAllBe(window => window.State == "unchanged" && window.Why == "read again");
        again.Totals.BilledUsd.ShouldBe(CostRows.UsdOf(from) + CostRows.UsdOf(from.AddDays(1)) + CostRows.UsdOf(to));
        (
            await host.AskAsync(
                "SELECT (SELECT COUNT(*) FROM cost_versions), (SELECT COUNT(*) FROM raw_page), (SELECT "
                    + "SUM(amount_usd) FROM daily_cost)"))
            .ShouldBe(before);
    }

    [Fact]
    public async Task A_restated_day_shows_the_newest_and_keeps_both()
    {
        var day = new DateOnly(2025, 2, 10);
        _host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("100"));
        await _host.WindowAsync("anthropic", "cost", day);
        _host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("90.5"));

        var settled = await _host.WindowAsync("anthropic", "cost", day);
        var forced = await _host.WindowAsync("anthropic", "cost", day, ",\"force\":true");

        (settled.State, settled.Why).ShouldBe(("skipped", "settled"));
        (forced.State, forced.Why).ShouldBe(("loaded", "forced"));
        (await DailyAsync(day)).ShouldBe([0.905m]);
        (
            await _host.AskAsync(
                $"SELECT previous_amount_usd, amount_usd FROM restatements WHERE usage_date = '{day:yyyy-MM-dd}'"))
            .ShouldBe([[1m, 0.905m]]);
        (await _host.CountAsync($"cost_versions WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(2);
    }

    [Fact]
    public async Task An_older_read_never_replaces_a_newer_one()
    {
        var day = new DateOnly(2025, 2, 11);
        var (reads, isReading, mayEnd) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        _host.Vendor.On(CostRows.Path, async context =>
        {
            var isFirst = Interlocked.Increment(ref reads) == 1;
            if (isFirst)
            {
                isReading.SetResult();
                await mayEnd.Task.WaitAsync(context.RequestAborted);
            }

            await VendorServer.WriteAsync(
                context, VendorServer.Buckets(context.Request.Query, _ => CostRows.Row(isFirst ? "1" : "2")), 200);
        });

        var stale = _host.PushFetchAsync("run-stale", "anthropic", "cost", day, day);
        await isReading.Task.WaitAsync(TestContext.Current.CancellationToken);
        (await _host.PushFetchAsync("run-fresh", "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);
        mayEnd.SetResult();

        (await stale).ShouldBe(HttpStatusCode.NoContent);
        (await DailyAsync(day)).ShouldBe([0.02m]);
        (await _host.CountAsync($"slice_versions WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(2);
    }

    [Fact]
    public async Task Overlapping_attempts_at_one_window_are_counted_once()
    {
        var day = new DateOnly(2025, 2, 12);
        var (reads, both) = (0, new TaskCompletionSource());
        _host.Vendor.On(CostRows.Path, async context =>
        {
            if (Interlocked.Increment(ref reads) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(context.RequestAborted);
            await VendorServer.WriteAsync(context, VendorServer.Buckets(context.Request.Query, CostRows.Of), 200);
        });

        var answers = await Task.WhenAll(
            _host.PushFetchAsync("run-twice", "anthropic", "cost", day, day),
            _host.PushFetchAsync("run-twice", "anthropic", "cost", day, day));

        answers.ShouldBe([HttpStatusCode.NoContent, HttpStatusCode.NoContent]);
        (await DailyAsync(day)).ShouldBe([CostRows.UsdOf(day)]);
        (await _host.CountAsync($"cost WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_day_is_not_an_empty_one()
    {
        var day = new DateOnly(2025, 2, 13);
        _host.Vendor.On(CostRows.Path, """{"data":[],"has_more":false,"next_page":null}""");

        var run = await _host.RunAsync("anthropic", "cost", day, day);

        run.State.ShouldBe("failed");
        run.Windows.ShouldHaveSingleItem().Reason.ShouldNotBeNull().ShouldContain("no bucket for 2025-02-13");
        await NothingIsVisibleAsync(day);
    }

    private async Task NothingIsVisibleAsync(DateOnly day)
    {
        (await DailyAsync(day)).ShouldBeEmpty();
        (await _host.CountAsync($"cost WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(0);
        (await _host.CountAsync($"slice_versions WHERE usage_date = '{day:yyyy-MM-dd}'")).ShouldBe(0);
    }

    private async Task<IEnumerable<object?>> DailyAsync(DateOnly day) =>
        (await _host.AskAsync($"SELECT amount_usd FROM daily_cost WHERE usage_date = '{day:yyyy-MM-dd}' ORDER BY 1"))
            .Select(row => row[0])
            .ToList();
}

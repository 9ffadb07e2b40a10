using System.Net;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Ledger;

/// <summary>Runs are found by state, mode and day, page by page, and one that nobody works on any more ends.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeRunListTests : IAsyncLifetime
{
    private ServiceHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Every_run_is_on_one_page_newest_first_whatever_the_pages_size()
    {
        // Two are of the same instant, and two of the other dataset.
        var start = _host.Now.AddHours(-1);
        foreach (var i in Enumerable.Range(0, 7))
        {
            await _host.RecordAsync(
                RunOf(i),
                RunHistory.Requested,
                start.AddMinutes(i == 4 ? 3 : i),
                i is 2 or 5 ? "development" : "production");
        }

        string[] all = [RunOf(6), RunOf(5), RunOf(4), RunOf(3), RunOf(2), RunOf(1), RunOf(0)];
        foreach (var limit in new[] { 1, 2, 3, 6, 7, 8, 1_000 })
        {
            var (runs, pages) = await AllAsync($"runs?limit={limit}");
            runs.ShouldBe(all);
            pages.ShouldBe((all.Length + limit - 1) / limit);
        }

        (await AllAsync("runs?mode=development&limit=1")).Runs.ShouldBe([RunOf(5), RunOf(2)]);
        (await AllAsync("runs?state=running&mode=production&limit=2")).Runs
            .ShouldBe([RunOf(6), RunOf(4), RunOf(3), RunOf(1), RunOf(0)]);
        (await AllAsync("runs?state=failed")).Runs.ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_of_a_day_or_later_are_listed_alone()
    {
        var today = _host.Now.UtcDateTime.Date;
        await _host.RecordAsync(RunOf(1), RunHistory.Requested, new DateTimeOffset(today, TimeSpan.Zero).AddTicks(-10));
        await _host.RecordAsync(RunOf(2), RunHistory.Requested, new DateTimeOffset(today, TimeSpan.Zero));

        (await AllAsync($"runs?since={today:yyyy-MM-dd}")).Runs.ShouldBe([RunOf(2)]);
        (await AllAsync($"runs?since={today.AddDays(-1):yyyy-MM-dd}")).Runs.ShouldBe([RunOf(2), RunOf(1)]);
        (await AllAsync($"runs?since={today.AddDays(1):yyyy-MM-dd}")).Runs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("runs?state=done", "running")]
    [InlineData("runs?mode=prod", "production")]
    [InlineData("runs?since=yesterday", "YYYY-MM-DD")]
    [InlineData("runs?limit=1001", "1000")]
    [InlineData("runs?page=2", "Link")]
    [InlineData("runs?page=.a", "Link")]
    [InlineData("runs?page=99999999999999999999.a", "Link")]
    [InlineData("runs?page=3155378975999999999.%27--", "Link")]
    [InlineData("runs?vendor=openai", "vendor")]
    public async Task A_filter_that_cannot_be_read_is_refused_by_name(string path, string named) =>
        (await _host.GetAsync(path, HttpStatusCode.BadRequest)).GetProperty("detail").GetString()
            .ShouldNotBeNull().ShouldContain(named);

    [Fact]
    public async Task A_run_that_was_requested_and_never_arrived_is_stalled_with_its_age_and_ended_by_the_next_run()
    {
        await _host.RecordAsync(RunOf(1), RunHistory.Requested, _host.Now.AddHours(-7));
        await _host.RecordAsync(RunOf(2), RunHistory.Requested, _host.Now.AddHours(-5));
        var stalled = await _host.RunOfAsync(RunOf(1));
        (stalled.State, stalled.Outcome).ShouldBe(("stalled", null));
        stalled.SilentForHours.ShouldBe(7);

        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);

        var ended = await _host.RunOfAsync(RunOf(1));
        (ended.State, ended.Outcome, ended.SilentForHours).ShouldBe(("failed", "failed", null));
        ended.Reason.ShouldNotBeNull().ShouldContain("7 hours");
        (await _host.RunOfAsync(RunOf(2))).State.ShouldBe("running");
        _host.Log.All.ShouldContain(line => line.StartsWith("Error", StringComparison.Ordinal)
            && line.Contains($"Run {RunOf(1)} ended failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_planned_run_that_stalled_has_not_read_ends_as_failed_and_the_rest_stays()
    {
        var day = new DateOnly(2025, 4, 1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var run = await _host.RunAsync("anthropic", "cost", day, day.AddDays(40));
        run.Windows.Count.ShouldBe(2);

        // As if the message of one window had been lost seven hours ago, and with it the run's end.
        await _host.ForgetEndAsync(run.RunId, run.Windows[0].From, TimeSpan.FromHours(7));
        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("stalled");

        await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);

        var ended = await _host.RunOfAsync(run.RunId);
        ended.State.ShouldBe("failed");
        ended.Windows.Select(window => window.State).ShouldBe(["failed", "loaded"], ignoreOrder: true);
        ended.Windows.Single(window => window.State == "failed").Reason
            .ShouldNotBeNull().ShouldContain("Request its days");
    }

    [Fact]
    public async Task Fetch_messages_published_by_hand_that_stalled_keep_what_they_loaded()
    {
        var day = new DateOnly(2025, 5, 1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        (await _host.PushFetchAsync(RunOf(3), "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);
        _host.Vendor.On(CostRows.Path, "{}", status: 410);
        (await _host.PushFetchAsync(RunOf(3), "anthropic", "cost", day.AddDays(1), day.AddDays(1)))
            .ShouldNotBe(HttpStatusCode.NoContent);
        await _host.ForgetEndAsync(RunOf(3), day.AddDays(-60), TimeSpan.FromHours(7));
        (await _host.RunOfAsync(RunOf(3))).State.ShouldBe("stalled");

        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);

        var ended = await _host.RunOfAsync(RunOf(3));
        ended.State.ShouldBe("failed");
        ended.Windows.Select(window => window.State).ShouldBe(["loaded", "failed"], ignoreOrder: true);
        ended.Totals.BilledUsd.ShouldBe(CostRows.UsdOf(day));
    }

    [Fact]
    public async Task An_end_that_nobody_announced_is_announced_by_the_next_run()
    {
        // What is left of a process that was killed between the two, of a run that no message comes of any more.
        await _host.RecordAsync(RunOf(4), RunHistory.Requested, _host.Now.AddHours(-8));
        await _host.RecordAsync(RunOf(4), RunHistory.RunCancelled, _host.Now.AddHours(-7));
        (await _host.RunOfAsync(RunOf(4))).State.ShouldBe("cancelled");

        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);

        (await _host.CountAsync(
            $"run_events WHERE run_id = '{RunOf(4)}' AND event = 'completed' AND state = 'cancelled'")).ShouldBe(1);
    }

    [Fact]
    public async Task Stalled_runs_that_cannot_be_looked_for_fail_no_other()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "silent_runs")
            {
                throw new TransientFailureException("The warehouse is away.");
            }
        };

        (await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday)).State.ShouldBe("completed");
    }

    private static string RunOf(int number) => $"20260101-00000000000{number}";

    private async Task<(List<string?> Runs, int Pages)> AllAsync(string path)
    {
        var (runs, pages) = (new List<string?>(), 0);
        for (string? next = path; next is not null; pages++)
        {
            using var answer = await _host.Http.GetAsync(new Uri(next, UriKind.Relative), Cancellation);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, next);
            using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
            runs.AddRange(page.RootElement.EnumerateArray().Select(run => run.GetProperty("runId").GetString()));
            next = answer.Headers.TryGetValues("Link", out var links)
                ? links.Single().Split('<', '>')[1]
                : null;
        }

        return (runs, pages);
    }
}

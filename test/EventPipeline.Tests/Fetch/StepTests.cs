using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Google.PubSub;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Fetch;

/// <summary>A window that does not fit into one attempt of 570 s is read in steps, and what is read is kept.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class StepTests : IAsyncLifetime
{
    private static readonly DateOnly First = new(2025, 3, 1);
    private static readonly DateOnly Last = new(2025, 3, 10);

    private readonly ConcurrentQueue<OutgoingMessage> _published = new();
    private readonly PacedVendor _vendor = new();
    private Action _publishing = () => { };
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync(configure: Configure);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_window_whose_vendor_is_slow_is_read_in_smaller_steps_and_ends_once_with_all_its_rows()
    {
        _vendor.Seconds = _ => 96; // The sixth day arrives after the attempt's end.

        var run = await RunAsync();

        _vendor.Asked.ShouldBe(["01..10", "01..04", "05..08", "09..10"]);
        await ShouldBeWholeAsync(run, "loaded");
        run.Windows.ShouldHaveSingleItem().Attempts.ShouldBe(4);
        (await _host.AskAsync(
            "SELECT event, reason FROM run_events WHERE event LIKE 'attempt%' OR event LIKE '%continued'"))
            .ShouldBe(
                [
                    ["attempt_failed", "anthropic/acme/cost 2025-03-01..2025-03-10: 6 pages and 5 rows of 5 of 10 days "
                        + "had arrived when the attempt stopped after 570 s, before the push deadline. "
                        + "They are read again, 4 days at a time."],
                    ["window_continued", null],
                    ["window_continued", null],
                ],
                ignoreOrder: true);
        (await _host.CountAsync("run_events WHERE event = 'completed'")).ShouldBe(1);
        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
        _host.Log.All.ShouldContain(line => line.Contains(
            "did not fit into one attempt: 2025-03-01..2025-03-04 is kept, and another message asks for the days from "
            + "2025-03-05 on.",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Steps_that_fit_into_one_attempt_are_read_one_after_the_other()
    {
        _vendor.Seconds = _ => 195;

        var run = await RunAsync();

        _vendor.Asked.ShouldBe(["01..10", .. Enumerable.Range(1, 10).Select(day => $"{day:00}..{day:00}")]);
        run.Windows.ShouldHaveSingleItem().Attempts.ShouldBe(6); // Two days fit, a third would not.
        await ShouldBeWholeAsync(run, "loaded");
        Ids().ShouldBeUnique();
        Ids().Skip(1).ShouldAllBe(id => id.StartsWith($"{run.RunId}.anthropic.acme.cost.20250301-20250310."));
    }

    [Fact]
    public async Task What_a_step_has_committed_survives_a_crash_and_only_the_rest_is_read_again()
    {
        _vendor.Seconds = _ => 96;
        var commits = 0;
        _host.Warehouse.After = statement =>
        {
            if (statement.Name == "insert_slice_versions" && ++commits == 2)
            {
                throw new IOException("Killed.");
            }
        };

        var run = await RunAsync();

        _vendor.Asked.ShouldBe(["01..10", "01..04", "05..08", "09..10"]);
        await ShouldBeWholeAsync(run, "loaded");
    }

    [Fact]
    public async Task A_step_that_is_committed_has_not_run_out_of_time_if_the_attempt_does()
    {
        var lookUps = 0;
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "window_look_up" && _vendor.Asked.Count == 1 && ++lookUps == 1)
            {
                _vendor.Pass(580);
            }
        };

        (await PushAsync(stepDays: 1)).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        _vendor.Asked.Count.ShouldBe(10);
        var run = await _host.RunOfAsync("by-hand");
        await ShouldBeWholeAsync(run, "loaded");
        (await _host.AskAsync("SELECT event FROM run_events WHERE event LIKE '%attempt%' OR event LIKE '%continued'"))
            .ShouldBe([["window_continued"]]);
        Ids().ShouldHaveSingleItem().ShouldEndWith(".20250302-1-0");
    }

    [Fact]
    public async Task Two_messages_of_one_window_with_different_steps_at_once_leave_the_same_and_one_end()
    {
        var both = new TaskCompletionSource();
        var arrived = 0;
        _vendor.Before = _ =>
        {
            if (Interlocked.Increment(ref arrived) == 2)
            {
                both.SetResult();
            }

            return both.Task;
        };

        var statuses = await Task.WhenAll(PushAsync(), PushAsync(stepDays: 3));
        await _host.IdleAsync();

        statuses.ShouldBe([HttpStatusCode.NoContent, HttpStatusCode.NoContent]);
        var run = await _host.RunOfAsync("by-hand");
        await ShouldBeWholeAsync(run, "loaded");
        (await _host.CountAsync("run_events WHERE event = 'completed'")).ShouldBe(1);
    }

    [Fact]
    public async Task The_rest_is_asked_for_before_the_message_is_acknowledged_which_is_not_where_that_fails()
    {
        _vendor.Seconds = _ => 96;
        _publishing = () => throw new TransientFailureException("The topic is away.");

        (await PushAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);
        _published.ShouldBeEmpty();
        (await _host.ValueAsync("SELECT reason FROM run_events WHERE event = 'attempt_failed'"))
            .ShouldBe("The topic is away.");

        _publishing = () => { };
        (await PushAsync()).ShouldBe(HttpStatusCode.NoContent);
        _published.ShouldNotBeEmpty();
        await _host.IdleAsync();
        await ShouldBeWholeAsync(await _host.RunOfAsync("by-hand"), "loaded");
    }

    [Fact]
    public async Task A_day_that_ran_out_of_time_three_times_with_pages_is_rejected_with_what_to_do()
    {
        _vendor.Seconds = day => day == First.AddDays(1) ? 580 : 0;

        var run = await RunAsync(First, First.AddDays(2));

        _vendor.Asked.ShouldBe(["01..03", "01..01", "02..02", "02..02", "02..02", "02..02"]);
        var window = run.Windows.ShouldHaveSingleItem();
        (run.State, window.State).ShouldBe(("failed", "rejected"));
        window.Reason.ShouldNotBeNull().ShouldStartWith(
            "anthropic/acme/cost 2025-03-02..2025-03-02: 1 page and 0 rows of 0 of 1 day had arrived when the attempt "
            + "stopped after 570 s, before the push deadline. A single day does not fit into one attempt. "
            + "This was attempt 3. Replay it");
        var letter = (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem();
        letter.GetProperty("cause").GetString().ShouldBe("out_of_time");

        _vendor.Seconds = _ => 0;
        using var replay = await _host.PostAsync($"dead-letters/{letter.GetProperty("id").GetString()}/replay", "{}");
        await _host.IdleAsync();

        _vendor.Asked.Skip(6).ShouldBe(["02..02", "03..03"]);
        run = await _host.RunOfAsync(run.RunId);
        (run.State, run.Totals.Rows, run.Totals.BilledUsd).ShouldBe(("completed", 3L, 6.75m));
    }

    [Fact]
    public async Task A_day_of_which_nothing_arrives_is_tried_as_often_as_its_subscription_says()
    {
        _vendor.Silence = 580;

        var run = await RunAsync(First, First);

        _vendor.Asked.Count.ShouldBe(2);
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("failed");
        run.Windows[0].Reason.ShouldNotBeNull().ShouldContain(
            "2025-03-01..2025-03-01: nothing had arrived when the attempt stopped after 570 s, before the push "
            + "deadline.");
        (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("cause").GetString().ShouldBe("attempts_exhausted");
    }

    [Fact]
    public async Task A_dry_run_keeps_nothing_so_it_is_told_to_ask_for_fewer_days()
    {
        _vendor.Seconds = _ => 195;

        var run = await RunAsync(First, Last, ",\"mode\":\"dry_run\"");

        _vendor.Asked.ShouldBe(["01..10", "01..10", "01..10"]);
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("rejected");
        run.Windows[0].Reason.ShouldNotBeNull().ShouldContain("ask for fewer days");
        (await _host.CountAsync("slice_versions")).ShouldBe(0);
    }

    [Fact]
    public async Task A_forced_window_loads_every_day_again_once()
    {
        await RunAsync();
        _vendor.Asked.Clear();
        _vendor.Seconds = _ => 96;

        var run = await RunAsync(First, Last, ",\"force\":true");

        _vendor.Asked.ShouldBe(["01..10", "01..04", "05..08", "09..10"]);
        await ShouldBeWholeAsync(run, "loaded");
        (await _host.CountAsync("cost_versions WHERE load_id IN (SELECT load_id FROM current_slices)")).ShouldBe(10);
        (await _host.CountAsync("cost_versions")).ShouldBe(20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_state_and_the_totals_of_a_window_are_of_all_its_steps(bool isEmpty)
    {
        _vendor.Usd = day => isEmpty && day.Day > 8 ? null : PacedVendor.UsdOf(day);
        if (!isEmpty)
        {
            await RunAsync(First.AddDays(8), Last);
        }

        _vendor.Seconds = _ => 96;
        (await PushAsync()).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        var run = await _host.RunOfAsync("by-hand");
        (await _host.AskAsync(
            "SELECT DISTINCT state FROM slice_versions WHERE run_id = 'by-hand' AND usage_date >= DATE '2025-03-09'"))
            .ShouldBe([[isEmpty ? "empty" : "unchanged"]]);
        var window = run.Windows.ShouldHaveSingleItem();
        (window.State, window.Rows).ShouldBe(("loaded", isEmpty ? 8L : 10L));
        window.BilledUsd.ShouldBe(isEmpty ? 38m : 57.5m);
        (await _host.CountAsync($"cost_versions WHERE load_id = '{window.LoadId}'")).ShouldBe(4);
    }

    [Fact]
    public async Task An_account_that_its_vendor_holds_off_past_the_attempt_keeps_what_has_arrived()
    {
        _vendor.Seconds = day => day == First.AddDays(5) && _vendor.Asked.Count == 1
            ? throw new TransientFailureException("Wait for an hour.") { IsOutOfTime = true }
            : 0;

        var run = await RunAsync();

        _vendor.Asked.ShouldBe(["01..10", "01..04", "05..08", "09..10"]);
        await ShouldBeWholeAsync(run, "loaded");
        (await _host.ValueAsync("SELECT reason FROM run_events WHERE event = 'attempt_failed'"))
            .ShouldBe(
                "anthropic/acme/cost 2025-03-01..2025-03-10: 6 pages and 5 rows of 5 of 10 days had arrived when it "
                + "could not go on: Wait for an hour. They are read again, 4 days at a time.");
    }

    [Fact]
    public async Task A_day_whose_account_is_held_off_waits_with_Pub_Sub_and_is_not_rejected()
    {
        _vendor.Seconds = _ => throw new TransientFailureException("Wait for an hour.") { IsOutOfTime = true };

        var run = await RunAsync(First, First);

        _vendor.Asked.Count.ShouldBe(2);
        _published.ShouldHaveSingleItem(); // by the fan-out
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("failed");
        run.Windows[0].Reason.ShouldNotBeNull().ShouldEndWith("The last attempt: Wait for an hour.");
    }

    [Fact]
    public async Task The_one_day_before_one_that_is_not_ready_is_kept()
    {
        _vendor.Seconds = day => day > First
            ? throw new TransientFailureException("Not there yet.") { IsNotReady = true }
            : 0;

        var run = await RunAsync(First, First.AddDays(1));

        _vendor.Asked.ShouldBe(["01..02", "01..01", "02..02", "02..02", "02..02"]);
        run.Windows.ShouldHaveSingleItem().Reason.ShouldNotBeNull().ShouldEndWith("The last attempt: Not there yet.");
        (await _host.AskAsync("SELECT usage_date FROM cost")).ShouldBe([[First]]);
    }

    [Fact]
    public async Task A_quota_that_is_met_in_the_last_seconds_of_an_attempt_is_no_lack_of_time()
    {
        _host.Warehouse.BeforeLoad = _ =>
        {
            _vendor.Pass(567);
            throw new TransientFailureException("No load jobs are left today.") { IsQuotaExhausted = true };
        };

        (await PushAsync()).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        _published.ShouldBeEmpty();
        (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem().State.ShouldBe("waiting");
    }

    private void Configure(WebApplicationBuilder builder)
    {
        _vendor.Serve(builder);
        builder.Services.AddScoped<PublishMessages>(provider => async (topic, messages, cancellationToken) =>
        {
            if (topic == Topic.Fetch)
            {
                _publishing();
                foreach (var message in messages)
                {
                    _published.Enqueue(message);
                }
            }

            await provider.GetRequiredService<PubSubPublisher>().PublishAsync(topic, messages, cancellationToken);
        });
    }

    private IReadOnlyList<string> Ids() => [.. _published.Select(message => message.Attributes["ce-id"])];

    private Task<RunDocument> RunAsync(DateOnly? from = null, DateOnly? to = null, string more = "") =>
        _host.RunAsync("anthropic", "cost", from ?? First, to ?? Last, more);

    private Task<HttpStatusCode> PushAsync(int? stepDays = null) => _host.PushFetchAsync(
        "by-hand", "anthropic", "cost", First, Last, more: stepDays is null ? "" : $",\"stepDays\":{stepDays}");

    private async Task ShouldBeWholeAsync(RunDocument run, string state)
    {
        run.State.ShouldBe("completed");
        var window = run.Windows.ShouldHaveSingleItem();
        (window.State, window.Rows, window.BilledUsd).ShouldBe((state, 10L, 57.5m));
        (run.Totals.Rows, run.Totals.BilledUsd).ShouldBe((10L, 57.5m));
        (await _host.AskAsync("SELECT usage_date, COUNT(*), SUM(amount_usd) FROM cost GROUP BY 1 ORDER BY 1")).ShouldBe(
            Enumerable.Range(0, 10).Select(First.AddDays).Select(day => (object?[])[day, 1L, PacedVendor.UsdOf(day)]));
    }
}

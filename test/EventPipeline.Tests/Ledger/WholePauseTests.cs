using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Tests.FanOut;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Ledger;

/// <summary>A run that somebody pauses reads nothing more until it is resumed, and then the rest, once.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholePauseTests : IAsyncLifetime
{
    private static readonly DateOnly From = new(2025, 1, 1);
    private static readonly DateOnly To = new(2025, 12, 31);

    private ServiceHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_is_being_read_may_end_the_rest_waits_and_is_read_once_it_is_resumed()
    {
        using var gate = new VendorGate();
        var runId = await StartAsync(gate);

        var paused = await DecideAsync(runId, "pause");

        State(paused).ShouldBe("paused");
        paused.GetProperty("reason").GetString().ShouldBe(
            "Paused by a person at this machine. Nothing more of it is read until somebody resumes it: "
            + $"`runs resume {runId}`.");
        gate.Open();
        await _host.IdleAsync();
        var run = await _host.RunOfAsync(runId);
        (run.State, run.Outcome).ShouldBe(("paused", null));
        run.Windows.Select(window => window.State).Distinct().ShouldBe(["loaded", "waiting"], ignoreOrder: true);
        run.Windows.Count(window => window.State == "loaded").ShouldBe(gate.Held);
        run.Windows.First(window => window.State == "waiting").Reason.ShouldBe("The run is paused.");
        (await _host.GetAsync("runs?state=paused")).EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("runId").GetString().ShouldBe(runId);

        // Another run, which publishes what waits, leaves it alone.
        await _host.RunAsync("anthropic", "cost", new(2024, 5, 1), new(2024, 5, 1));
        (await _host.RunOfAsync(runId)).State.ShouldBe("paused");

        State(await DecideAsync(runId, "resume")).ShouldBe("running");
        await _host.IdleAsync();

        var ended = await _host.RunOfAsync(runId);
        ended.State.ShouldBe("completed");
        ended.Windows.ShouldAllBe(window => window.State == "loaded" && window.Reason == null && window.Attempts == 1);
        (await _host.CountAsync("cost")).ShouldBe(365 + 1);
        (await _host.CountAsync($"run_events WHERE run_id = '{runId}' AND event = 'completed'")).ShouldBe(1);
        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task However_often_it_is_paused_and_resumed_the_last_word_counts()
    {
        using var gate = new VendorGate();
        var runId = await StartAsync(gate);

        State(await DecideAsync(runId, "pause")).ShouldBe("paused");
        State(await DecideAsync(runId, "pause")).ShouldBe("paused");
        State(await DecideAsync(runId, "resume")).ShouldBe("running");
        State(await DecideAsync(runId, "resume")).ShouldBe("running");
        State(await DecideAsync(runId, "pause")).ShouldBe("paused");
        (await _host.CountAsync($"run_events WHERE run_id = '{runId}' AND event = 'run_paused'")).ShouldBe(2);
        State(await DecideAsync(runId, "cancel")).ShouldBe("cancelled");

        gate.Open();
        await _host.IdleAsync();
        (await RefuseAsync(runId, "resume")).ShouldBe($"Run {runId} was cancelled, so there is nothing to resume.");
        (await _host.RunOfAsync(runId)).Windows.Select(window => window.State).Distinct()
            .ShouldBe(["loaded", "cancelled"], ignoreOrder: true);
    }

    [Fact]
    public async Task Half_a_day_later_it_is_still_paused_and_another_run_does_not_end_it()
    {
        using var gate = new VendorGate();
        var runId = await StartAsync(gate);
        await DecideAsync(runId, "pause");
        gate.Open();
        await _host.IdleAsync();
        await _host.ForgetEndAsync(runId, new(2000, 1, 1), TimeSpan.FromHours(12));

        await _host.RunAsync("anthropic", "cost", new(2024, 5, 1), new(2024, 5, 1));

        var run = await _host.RunOfAsync(runId);
        (run.State, run.SilentForHours).ShouldBe(("paused", null));
    }

    /// <summary>
    /// Paused through another instance: a message of several windows waits whole, as it was asked for.
    /// </summary>
    [Fact]
    public async Task Every_window_of_a_message_waits_and_is_forced_afterwards_if_it_was_before()
    {
        const string RunId = "20250101-0123456789ab";
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RecordAsync(RunId, RunHistory.RunPaused, _host.Now);

        using var answer = await _host.PostAsync(
            "events/fetch-requested",
            $$"""
            {"runId":"{{RunId}}","mode":"production","vendor":"anthropic","windows":[
              {"account":"acme","report":"cost","from":"2025-01-01","to":"2025-01-02","force":true},
              {"account":"acme","report":"cost","from":"2025-02-01","to":"2025-02-01"}]}
            """,
            ("ce-specversion", "1.0"),
            ("ce-id", "several"),
            ("ce-source", "//eventpipeline"),
            ("ce-type", "eventpipeline.fetch.requested.v1"));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _host.RunOfAsync(RunId)).Windows.Select(window => (window.From, window.State)).ShouldBe(
            [(new DateOnly(2025, 1, 1), "waiting"), (new DateOnly(2025, 2, 1), "waiting")], ignoreOrder: true);
        _host.Vendor.Asked.ShouldBeEmpty();
        _host.Log.All.ShouldContain(line => line.Contains("2 windows in all): the run is paused"));
        await DecideAsync(RunId, "resume");
        await _host.IdleAsync();
        (await _host.RunOfAsync(RunId)).State.ShouldBe("completed");
        (await _host.CountAsync("cost")).ShouldBe(3);
    }

    [Fact]
    public async Task A_letter_of_it_that_a_person_replays_is_read()
    {
        const string RunId = "20250101-0123456789ab";
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RecordAsync(RunId, RunHistory.RunPaused, _host.Now);

        await _host.PushFetchAsync(RunId, "anthropic", "cost", From, From);
        (await _host.CountAsync("cost")).ShouldBe(0);
        await _host.PushFetchAsync(RunId, "anthropic", "cost", From, From, isReplay: true);
        (await _host.CountAsync("cost")).ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_paused_says_why()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var ended = await _host.RunAsync("anthropic", "cost", From, From);
        await _host.RecordAsync("20250101-requested", RunHistory.Requested, _host.Now);

        (await RefuseAsync(ended.RunId, "pause"))
            .ShouldBe($"Run {ended.RunId} has completed, so there is nothing to pause.");
        (await RefuseAsync(ended.RunId, "resume"))
            .ShouldBe($"Run {ended.RunId} has completed, so there is nothing to resume.");
        (await RefuseAsync("20250101-requested", "pause"))
            .ShouldBe("Run 20250101-requested is not planned yet. Try again in a minute, or cancel it.");
        (await RefuseAsync("20250101-none", "pause", HttpStatusCode.NotFound)).ShouldContain("'20250101-none'");
    }

    [Fact]
    public async Task A_dry_run_keeps_nothing_so_it_cannot_be_paused()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await StartAsync(gate, ",\"mode\":\"dry_run\"");

        (await RefuseAsync(runId, "pause")).ShouldStartWith($"Run {runId} is a dry run");
    }

    /// <summary>Resumed, a run has no more load jobs than a day has left.</summary>
    [Fact]
    public async Task Resumed_it_publishes_as_much_as_the_day_has_left()
    {
        LargeBackfill.Arrange(_host);
        _host.Warehouse.MaxLoadsPerDay = 1;
        var run = await _host.RunAsync(LargeBackfill.Of(_host));
        var waiting = run.Windows.Count(window => window.State == "waiting");
        State(await DecideAsync(run.RunId, "pause")).ShouldBe("paused");

        State(await DecideAsync(run.RunId, "resume")).ShouldBe("waiting");
        (await _host.RunOfAsync(run.RunId)).Windows.Count(window => window.State == "waiting").ShouldBe(waiting);
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        State(await DecideAsync(run.RunId, "resume")).ShouldBe("running");
        await _host.IdleAsync();
        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("completed");
    }

    /// <summary>What a daily run reads is provided for every day, whatever else waits.</summary>
    [Fact]
    public async Task A_daily_run_that_was_paused_while_it_was_published_goes_on_before_an_older_backfill()
    {
        LargeBackfill.Arrange(_host);
        _host.Warehouse.MaxLoadsPerDay = 1;
        var backfill = await _host.RunAsync(LargeBackfill.Of(_host));
        var left = backfill.Windows.Count(window => window.State == "waiting");
        var asked = _host.Vendor.Asked.Count;

        var runId = await PlanPausedAsync("""{"vendors":["anthropic"],"reports":["cost"]}""");

        var paused = await _host.RunOfAsync(runId);
        (paused.State, paused.Windows.ShouldHaveSingleItem().State).ShouldBe(("paused", "waiting"));
        _host.Vendor.Asked.Count.ShouldBe(asked);
        await DecideAsync(runId, "resume");
        await _host.IdleAsync();
        (await _host.RunOfAsync(runId)).State.ShouldBe("completed");
        (await _host.RunOfAsync(backfill.RunId)).Windows.Count(window => window.State == "waiting").ShouldBe(left);
        (await _host.AskAsync(
            $"SELECT row_count FROM run_events WHERE run_id = '{runId}' AND event = 'window_published'"))
            .ShouldBe([[0L]]);
    }

    [Fact]
    public async Task Load_jobs_that_a_pause_kept_from_being_used_are_there_for_it_on_the_same_day_and_only_once()
    {
        LargeBackfill.Arrange(_host);
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        var needs = (await EstimateAsync()).GetProperty("warehouse");
        var (all, plenty) = (
            needs.GetProperty("loadJobs").GetInt32(), needs.GetProperty("loadJobsLeft").GetInt32());
        _host.Warehouse.MaxLoadsPerDay = ((1_200 - plenty + all + 8) * 100 / 80) + 1;
        var left = (await EstimateAsync()).GetProperty("warehouse").GetProperty("loadJobsLeft").GetInt32();
        left.ShouldBeInRange(all, all + 10);

        var runId = await PlanPausedAsync(LargeBackfill.Of(_host));
        await DecideAsync(runId, "resume");
        await _host.IdleAsync();

        (await _host.RunOfAsync(runId)).State.ShouldBe("completed");
        (await EstimateAsync(",\"force\":true")).GetProperty("warehouse").GetProperty("loadJobsLeft").GetInt32()
            .ShouldBe(left - all);

        // Both leave the count at the same time.
        (await _host.AskAsync(
            "SELECT unused.row_count = planned.row_count FROM run_events unused JOIN run_events planned "
            + "USING (run_id, recorded_at) WHERE unused.event = 'loads_unused' AND planned.event = 'planned'"))
            .ShouldBe([[true]]);
    }

    [Fact]
    public async Task A_run_that_is_resumed_while_a_message_of_it_is_put_off_reads_it()
    {
        const string RunId = "20250101-0123456789ab";
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RecordAsync(RunId, RunHistory.RunPaused, _host.Now);
        var resumed = Task.CompletedTask;
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "insert_run_events" && resumed.IsCompleted)
            {
                _host.Warehouse.Before = _ => { };
                resumed = _host.RecordAsync(RunId, RunHistory.RunResumed, _host.Now);
                resumed.GetAwaiter().GetResult();
            }
        };

        (await _host.PushFetchAsync(RunId, "anthropic", "cost", From, From)).ShouldBe(HttpStatusCode.NoContent);

        (await _host.CountAsync("cost")).ShouldBe(1);
        var run = await _host.RunOfAsync(RunId);
        (run.State, run.Windows[0].Reason).ShouldBe(("completed", null));
    }

    private static string? State(JsonElement run) => run.GetProperty("state").GetString();

    /// <summary>A run of more windows than are read at once, of which the first are being read.</summary>
    private async Task<string> StartAsync(VendorGate gate, string more = "")
    {
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", From, To, more);
        await gate.ReachedAsync();
        return runId;
    }

    /// <summary>A run that was paused after it was planned and before its windows were published.</summary>
    private async Task<string> PlanPausedAsync(string body)
    {
        var runId = Messages.RunId.Create("//test", "cut-off", _host.Now);
        await _host.RecordAsync(runId, RunHistory.RunPaused, _host.Now);
        (await _host.PushTriggerAsync(
            body,
            "cut-off",
            ("ce-specversion", "1.0"),
            ("ce-id", "cut-off"),
            ("ce-source", "//test"),
            ("ce-type", "eventpipeline.run.requested.v1"),
            ("ce-time", $"{_host.Now:O}")))
            .ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();
        return runId;
    }

    private async Task<JsonElement> EstimateAsync(string more = "")
    {
        using var answer = await _host.PostAsync("run-daily-job/estimate", LargeBackfill.Of(_host, more));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<JsonElement> DecideAsync(string runId, string verb)
    {
        using var answer = await _host.PostAsync($"runs/{runId}/{verb}", "");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<string> RefuseAsync(
        string runId, string verb, HttpStatusCode expected = HttpStatusCode.Conflict)
    {
        using var answer = await _host.PostAsync($"runs/{runId}/{verb}", "");
        answer.StatusCode.ShouldBe(expected);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("detail").GetString()!;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Ledger;

/// <summary>
/// A run that somebody cancels reads nothing more, keeps what it has, and ends once. Each test reads days of its own.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeCancelTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly ServiceHost _host = fixture.Host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_being_read_may_end_and_nothing_else_is_read()
    {
        var (from, to) = (new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31));
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", from, to);
        await gate.ReachedAsync();
        var before = await _host.RunOfAsync(runId);
        before.State.ShouldBe("running");
        before.Windows.Count.ShouldBeGreaterThan(8, "more windows than are read at once");

        var cancelled = await CancelAsync(runId);

        cancelled.GetProperty("state").GetString().ShouldBe("cancelled");
        cancelled.GetProperty("reason").GetString().ShouldNotBeNull().ShouldStartWith("Cancelled by ");
        cancelled.GetProperty("pending").GetInt32().ShouldBe(0);
        gate.Open();
        await _host.IdleAsync();
        var run = await _host.RunOfAsync(runId);
        (run.State, run.Outcome).ShouldBe(("cancelled", "cancelled"));
        run.Windows.Select(window => window.State).Distinct().ShouldBe(["loaded", "cancelled"], ignoreOrder: true);
        var loaded = run.Windows.Where(window => window.State == "loaded").ToList();
        loaded.Count.ShouldBe(gate.Held, "what was being read has ended, and nothing else was asked for");
        run.Totals.Slices.ShouldBe(loaded.Sum(window => window.To.DayNumber - window.From.DayNumber + 1));
        (await EventsAsync(runId, RunHistory.Completed)).ShouldBe(["cancelled"]);
        _host.Log.All.ShouldContain(line =>
            line.Contains(runId, StringComparison.Ordinal)
                && line.Contains("the run was cancelled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_cancelled_once_however_often_it_is_asked()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", new DateOnly(2024, 1, 1), new DateOnly(2024, 12, 31));
        await gate.ReachedAsync();

        var first = await CancelAsync(runId);
        var second = await CancelAsync(runId);

        second.GetProperty("state").GetString().ShouldBe("cancelled");
        second.GetProperty("reason").GetString().ShouldBe(first.GetProperty("reason").GetString());
        gate.Open();
        await _host.IdleAsync();
        (await EventsAsync(runId, RunHistory.RunCancelled)).Count.ShouldBe(1);
        (await EventsAsync(runId, RunHistory.Completed)).ShouldBe(["cancelled"]);
    }

    [Fact]
    public async Task A_run_that_has_ended_stays_as_it_is()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var day = new DateOnly(2023, 5, 1);
        var run = await _host.RunAsync("anthropic", "cost", day, day);

        using var answer = await _host.PostAsync($"runs/{run.RunId}/cancel", "");

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("has completed");
        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("completed");
        (await EventsAsync(run.RunId, RunHistory.RunCancelled)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("20250101-0123456789ab")]
    [InlineData("a%20b")]
    public async Task A_run_nobody_heard_of_is_not_found(string runId)
    {
        using var answer = await _host.PostAsync($"runs/{runId}/cancel", "");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_trigger_that_arrives_after_its_run_was_cancelled_plans_nothing()
    {
        var time = new DateTimeOffset(2025, 3, 3, 6, 0, 0, TimeSpan.Zero);
        var runId = Messages.RunId.Create("//test", "late", time);
        await _host.RecordAsync(runId, RunHistory.Requested, _host.Now);
        (await CancelAsync(runId)).GetProperty("state").GetString().ShouldBe("cancelled");

        (await _host.PushTriggerAsync(
            """{"vendors":["anthropic"],"reports":["cost"],"from":"2022-01-01","to":"2022-01-31"}""",
            "late",
            ("ce-specversion", "1.0"),
            ("ce-id", "late"),
            ("ce-source", "//test"),
            ("ce-type", "eventpipeline.run.requested.v1"),
            ("ce-time", "2025-03-03T06:00:00Z")))
            .ShouldBe(HttpStatusCode.NoContent);

        await _host.IdleAsync();
        var run = await _host.RunOfAsync(runId);
        (run.State, run.Windows.Count).ShouldBe(("cancelled", 0));
        (await EventsAsync(runId, RunHistory.Planned)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_window_that_a_person_replays_afterwards_is_read()
    {
        var day = new DateOnly(2022, 6, 1);
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", day, day.AddDays(330));
        await gate.ReachedAsync();
        await CancelAsync(runId);
        gate.Open();
        await _host.IdleAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var open = (await _host.RunOfAsync(runId)).Windows.First(window => window.State == "cancelled");

        (await _host.PushFetchAsync(runId, "anthropic", "cost", open.From, open.To))
            .ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(runId, open)).ShouldBe("cancelled");
        (await _host.PushFetchAsync(runId, "anthropic", "cost", open.From, open.To, isReplay: true))
            .ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(runId, open)).ShouldBe("loaded");
        (await _host.RunOfAsync(runId)).State.ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_cancellation_that_nobody_announced_is_announced_by_the_next_message()
    {
        const string RunId = "20210101-0123456789ab";
        var day = new DateOnly(2021, 1, 1);

        // What is left of a process that was killed between the two.
        await _host.RecordAsync(RunId, RunHistory.Requested, _host.Now);
        await _host.RecordAsync(RunId, RunHistory.RunCancelled, _host.Now);
        (await _host.PushFetchAsync(RunId, "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);

        (await EventsAsync(RunId, RunHistory.Completed)).ShouldBe(["cancelled"]);
        (await _host.CountAsync($"slice_versions WHERE run_id = '{RunId}'")).ShouldBe(0);
    }

    /// <summary>Through another instance, that is: it is noticed within half a minute.</summary>
    [Fact]
    public async Task What_was_published_just_now_may_still_be_read_and_the_rest_of_a_window_is_not()
    {
        const string RunId = "20200101-0123456789ab";
        var day = new DateOnly(2020, 1, 1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RecordAsync(RunId, RunHistory.Requested, _host.Now);
        await _host.RecordAsync(RunId, RunHistory.RunCancelled, _host.Now);

        (await _host.PushFetchAsync(RunId, "anthropic", "cost", day, day, published: _host.Now))
            .ShouldBe(HttpStatusCode.NoContent);
        (await _host.CountAsync($"slice_versions WHERE run_id = '{RunId}'")).ShouldBe(1);
        (await _host.PushFetchAsync(
            RunId,
            "anthropic",
            "cost",
            day.AddDays(1),
            day.AddDays(3),
            more: ",\"stepDays\":1",
            published: _host.Now)).ShouldBe(HttpStatusCode.NoContent);
        (await _host.CountAsync($"slice_versions WHERE run_id = '{RunId}'")).ShouldBe(1);
    }

    private async Task<string> StateAsync(string runId, WindowDocument of) =>
        (await _host.RunOfAsync(runId)).Windows.Single(window => window.From == of.From).State;

    private async Task<JsonElement> CancelAsync(string runId)
    {
        using var answer = await _host.PostAsync($"runs/{runId}/cancel", "");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<List<string?>> EventsAsync(string runId, string name) =>
    [
        .. (await _host.AskAsync(
            $"SELECT state FROM run_events WHERE run_id = '{runId}' AND event = '{name}' ORDER BY recorded_at"))
            .Select(row => (string?)row[0]),
    ];
}

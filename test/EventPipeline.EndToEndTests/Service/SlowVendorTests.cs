using EventPipeline.Ledger;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>A vendor that is too slow for a window, and a push deadline that is short.</summary>
public sealed class SlowVendorTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    // A request a day: seven take six seconds, and an attempt has 3.8.
    private readonly object slow = new { kind = "slow_headers", seconds = 0.85, pathContains = "claude_code" };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_window_that_takes_longer_than_the_push_deadline_is_read_in_steps_and_every_row_is_there_once()
    {
        var window = Week(3);
        await using var service = await StartAsync();
        await simulation.FailAsync(slow);

        var run = await service.RunToEndAsync(Request(window));

        await ShouldBeWholeAsync(service, run, window);
        (await service.QueryAsync(
            $"SELECT COUNT(DISTINCT load_id) FROM slice_versions WHERE run_id = '{run.RunId}'"))[0][0]
            .GetInt64().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Killed_between_two_steps_the_days_of_the_first_are_not_asked_for_again()
    {
        var window = Week(4);
        string runId;
        await using (var service = await StartAsync())
        {
            await simulation.FailAsync(slow);
            runId = await service.AskAsync(Request(window));
            await Poll.UntilAsync(
                "a step is committed",
                async () => (await service.QueryAsync(
                    $"SELECT COUNT(*) FROM slice_versions WHERE run_id = '{runId}'"))[0][0].GetInt64() > 0);
            await service.KillAsync();
        }

        var asked = (await simulation.RequestsAsync()).Count;
        await using var again = await StartAsync();
        var run = await again.EndAsync(runId);

        (await simulation.RequestsAsync()).Skip(asked).ShouldNotContain(
            request => request.Contains("claude_code", StringComparison.Ordinal)
                && request.Contains("2098-04-01", StringComparison.Ordinal));
        await ShouldBeWholeAsync(again, run, window);
    }

    [Fact]
    public async Task A_vendor_that_sends_nothing_in_time_is_named_when_its_window_is_given_up()
    {
        // A day, which cannot be made smaller, so that every delivery ends alike.
        var day = Week(5) with { To = Week(5).From };
        await using var service = await RunningService.StartAsync(
            folder.Path,
            simulation.Settings(("Broker__AckDeadline", "00:00:02"), ("Broker__MaxDeliveryAttempts", "5")));
        await simulation.FailAsync(new { kind = "slow_headers", pathContains = "claude_code" });

        var run = await service.RunToEndAsync(Request(day));

        await simulation.MendAsync();
        run.Outcome.ShouldBe("failed");
        run.Windows.ShouldHaveSingleItem().Reason.ShouldNotBeNull().ShouldContain(
            "claude_code 2098-05-01..2098-05-01: nothing had arrived when the attempt stopped after 1.9 s, before the "
            + "push deadline.");
    }

    private static Window Week(int month) =>
        new("anthropic", "SIMULATED-acme", "claude_code", new(2098, month, 1), new(2098, month, 7));

    private static object Request(Window window) => new
    {
        from = window.From,
        to = window.To,
        vendors = (string[])[window.Vendor],
        accounts = (string[])[window.Account],
        reports = (string[])[window.Report],
    };

    // As many deliveries as Pub/Sub makes: on a machine that is busy with other tests, an attempt may get nowhere.
    private Task<RunningService> StartAsync() => RunningService.StartAsync(
        folder.Path,
        simulation.Settings(("Broker__AckDeadline", "00:00:04"), ("Broker__MaxDeliveryAttempts", "30")));

    private async Task ShouldBeWholeAsync(RunningService service, RunDocument run, Window window)
    {
        await simulation.MendAsync();
        run.Outcome.ShouldBe("completed");
        var ended = run.Windows.ShouldHaveSingleItem();
        (ended.From, ended.To, ended.State).ShouldBe((window.From, window.To, "loaded"));
        await service.WaitUntilNothingIsOutstandingAsync();
        await service.ShouldHaveTruthAsync(simulation, window);
        ended.Rows.ShouldBe(
            (await service.QueryAsync($"SELECT SUM(row_count) FROM current_slices WHERE run_id = '{run.RunId}'"))[0][0]
                .GetInt64());
        (await service.DeadLettersAsync()).ShouldBeEmpty();
    }
}

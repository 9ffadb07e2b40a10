namespace EventPipeline.EndToEndTests.Service;

/// <summary>A vendor that is too slow for a window, and a push deadline that is short.</summary>
public sealed class SlowVendorTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_window_that_takes_longer_than_the_push_deadline_is_read_in_steps_and_every_row_is_there_once()
    {
        // A request a day: seven take six seconds, and an attempt has 3.8.
        var window = new Window("anthropic", "SIMULATED-acme", "claude_code", new(2098, 3, 1), new(2098, 3, 7));
        await using var service = await RunningService.StartAsync(
            folder.Path, simulation.Settings(("Broker__AckDeadline", "00:00:04")));
        await simulation.FailAsync(new { kind = "slow_headers", seconds = 0.85, pathContains = "claude_code" });

        var run = await service.RunToEndAsync(new
        {
            from = window.From,
            to = window.To,
            vendors = (string[])[window.Vendor],
            accounts = (string[])[window.Account],
            reports = (string[])[window.Report],
        });

        run.Outcome.ShouldBe("completed");
        var ended = run.Windows.ShouldHaveSingleItem();
        (ended.From, ended.To, ended.State).ShouldBe((window.From, window.To, "loaded"));
        await service.WaitUntilNothingIsOutstandingAsync();
        await simulation.MendAsync();
        await service.ShouldHaveTruthAsync(simulation, window);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        (await service.QueryAsync(
            $"SELECT COUNT(DISTINCT load_id) FROM slice_versions WHERE run_id = '{run.RunId}'"))[0][0]
            .GetInt64().ShouldBeGreaterThan(1);
    }
}

namespace EventPipeline.EndToEndTests.Service;

/// <summary>
/// A vendor that answers nothing, more of its windows than are worked on at once, and another vendor.
/// </summary>
public sealed class StalledVendorTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private const int Backlog = 6;

    // Until the service is killed: neither an attempt nor a push ends by itself.
    private readonly object stalled = new { kind = "slow_headers", pathContains = "claude_code" };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_other_vendors_window_ends_while_not_one_of_the_stalled_vendors_has_and_none_is_lost()
    {
        List<string> waiting;
        await using (var service = await StartAsync(("Broker__MaxOutstanding", "2")))
        {
            await simulation.FailAsync(stalled);
            waiting = await AskAsync(service, month: 3);

            (await service.RunToEndAsync(Request(Costs(3)))).Outcome.ShouldBe("completed");

            (await simulation.HitsAsync()).ShouldBe(2, "the stalled vendor holds all that its subscription pushes");
            foreach (var runId in waiting)
            {
                var window = (await service.RunAsync(runId)).Windows.ShouldHaveSingleItem();
                (window.State, window.Attempts).ShouldBe(("pending", 0));
            }

            await service.KillAsync();
        }

        await ShouldAllEndAsync(waiting);
    }

    [Fact]
    public async Task What_a_full_instance_refuses_for_longer_than_its_deliveries_last_is_never_given_up()
    {
        (string, string)[] settings = [("Fetch__Concurrency", "2"), ("Broker__MaxDeliveryAttempts", "3")];

        await ShouldAllEndAsync(await ShouldNotBeGivenUpAsync(4, settings), settings);
    }

    /// <remarks>
    /// What becomes of the windows once the service was killed is not asked here: the emulator goes on to deliver, and
    /// with the second between two tries that tests have, it makes its last one before the service is there again.
    /// </remarks>
    [Fact]
    public async Task What_it_refuses_of_one_subscription_for_all_vendors_is_not_either_on_Googles_emulator()
    {
        await using var emulator = new PubSubEmulator();
        await emulator.InitializeAsync();
        (string, string)[] pubSub =
        [
            ("PUBSUB_EMULATOR_HOST", emulator.RequireHost()), ("GOOGLE_CLOUD_PROJECT", PubSubEmulator.NewProject()),
        ];

        await ShouldNotBeGivenUpAsync(5, [("Fetch__Concurrency", "2"), .. pubSub]);
        await simulation.MendAsync();
    }

    /// <summary>Starts a service, has it refuse windows of the stalled vendor, and kills it.</summary>
    /// <returns>The runs that it has not ended.</returns>
    private async Task<List<string>> ShouldNotBeGivenUpAsync(
        int month, params (string Name, string Value)[] settings)
    {
        await using var service = await StartAsync(settings);
        await simulation.FailAsync(stalled);
        var waiting = await AskAsync(service, month);
        await Poll.UntilAsync(
            "every refused window was published anew twice: no delivery of theirs is left of the first time",
            async () => (await service.QueryAsync(
                "SELECT COUNT(*) FROM (SELECT window_id FROM run_events WHERE event = 'window_renewed' "
                + "GROUP BY window_id HAVING COUNT(*) > 1)"))[0][0].GetInt64() == Backlog - 1);

        (await service.RunToEndAsync(Request(Costs(month)))).Outcome.ShouldBe("completed");

        (await simulation.HitsAsync()).ShouldBe(1, "one of the two slots is the other vendor's");
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        await service.KillAsync();
        return waiting;
    }

    private static Window Costs(int month) =>
        new("openai", "SIMULATED-acme", "cost", new(2098, month, 1), new(2098, month, 1));

    private static object Request(Window window) => new
    {
        from = window.From,
        to = window.To,
        vendors = (string[])[window.Vendor],
        accounts = (string[])[window.Account],
        reports = (string[])[window.Report],
    };

    /// <summary>
    /// Asks for windows of the stalled vendor, each in a run of its own, until all are at the broker.
    /// </summary>
    private static async Task<List<string>> AskAsync(RunningService service, int month)
    {
        var runs = new List<string>();
        foreach (var day in Enumerable.Range(1, Backlog).Select(day => new DateOnly(2098, month, day)))
        {
            runs.Add(await service.AskAsync(
                Request(new Window("anthropic", "SIMULATED-acme", "claude_code", day, day))));
        }

        foreach (var runId in runs)
        {
            await Poll.UntilAsync(
                "the run is planned", async () => (await service.RunAsync(runId)).Windows.Count == 1);
        }

        return runs;
    }

    private Task<RunningService> StartAsync(params (string, string)[] settings) =>
        RunningService.StartAsync(folder.Path, simulation.Settings(settings));

    /// <summary>
    /// Starts the service again when the vendor answers: every window is loaded, and none was given up.
    /// </summary>
    private async Task ShouldAllEndAsync(IReadOnlyList<string> runs, params (string, string)[] settings)
    {
        await simulation.MendAsync();
        await using var again = await StartAsync(settings);
        foreach (var runId in runs)
        {
            var run = await again.EndAsync(runId);
            run.Outcome.ShouldBe("completed");
            run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        }

        (await again.DeadLettersAsync()).ShouldBeEmpty();
    }
}

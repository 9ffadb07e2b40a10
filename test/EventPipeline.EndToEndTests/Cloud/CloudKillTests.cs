using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>The service on Google's services, killed before and after every outside effect of a load, and started again.</summary>
public sealed class CloudKillTests(CloudBench bench) : IClassFixture<CloudBench>
{
    private static readonly DateOnly FirstDay = new(2098, 1, 1);

    public static TheoryData<string> PointsOfALoad => [.. KillPoint.OfALoad.Select(point => point.ToString())];

    public static TheoryData<string> PointsOfARejection => [.. KillPoint.OfARejection.Select(point => point.ToString())];

    [Theory]
    [MemberData(nameof(PointsOfALoad))]
    public async Task Killed_at_any_point_of_a_load_the_run_completes_and_every_row_is_there_once(string name)
    {
        bench.Require();
        var point = KillPoint.OfALoad.Single(one => one.ToString() == name);
        var window = Window(KillPoint.OfALoad.IndexOf(point));

        string runId;
        await using (var killed = await bench.StartServiceAsync())
        {
            runId = await KillAtAsync(point, killed, window);
        }

        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        var run = await service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        bench.Pushes.Close();
    }

    [Theory]
    [MemberData(nameof(PointsOfARejection))]
    public async Task Killed_at_any_point_of_a_rejection_the_message_is_one_dead_letter_and_its_replay_loads(string name)
    {
        bench.Require();
        var point = KillPoint.OfARejection.Single(one => one.ToString() == name);
        var window = Window(KillPoint.OfALoad.Count + KillPoint.OfARejection.IndexOf(point));
        await bench.Vendors.FailAsync(new { kind = "missing_field", field = "core_metrics", pathContains = "claude_code" });

        string runId;
        await using (var killed = await bench.StartServiceAsync())
        {
            runId = await KillAtAsync(point, killed, window);
        }

        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        (await service.EndAsync(runId)).Outcome.ShouldBe("failed");
        var letter = (await Poll.ForAsync("the dead letter is stored", async () =>
            await service.DeadLettersAsync() is { Count: > 0 } letters ? letters : null)).ShouldHaveSingleItem();
        await bench.EveryMessageIsAcknowledgedAsync();

        await bench.Vendors.MendAsync();
        await service.ReplayAsync(letter.GetProperty("id").GetString()!);

        await Poll.UntilAsync("the run is completed after all", async () => (await service.RunAsync(runId)).Outcome == "completed");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        bench.Pushes.Close();
    }

    /// <summary>Three days that are no other point's.</summary>
    private static Window Window(int index)
    {
        var from = FirstDay.AddDays(3 * index);
        return new Window("anthropic", "SIMULATED-acme", "claude_code", from, from.AddDays(2));
    }

    /// <summary>Asks for the window, waits until the service stands at the point, and kills it there.</summary>
    private async Task<string> KillAtAsync(KillPoint point, CloudService service, Window window)
    {
        var reached = point.Operation is { } operation
            ? ReachedAsync(await bench.Google.FaultAsync(operation, "hold", point.Contains, point.IsBefore ? "before" : "after"))
            : bench.Publishing.HoldAsync(point.Contains, point.IsBefore);
        bench.Pushes.Open(service.Address);
        var runId = await bench.TriggerAsync(new
        {
            from = window.From, to = window.To, vendors = new[] { window.Vendor }, accounts = new[] { window.Account }, reports = new[] { window.Report },
        });
        await reached.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        bench.Pushes.Close();
        await service.KillAsync();
        await bench.Google.MendAsync();
        bench.Publishing.Release();
        return runId;
    }

    private Task ReachedAsync(int fault) => Poll.UntilAsync("the service stands at the point", async () => await bench.Google.HitsAsync(fault) > 0);
}

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>Deployments that are broken off.</summary>
public sealed class InterruptionTests
{
    private const string One = "eventpipeline-00001-abc";
    private const string Two = "eventpipeline-00002-def";
    private const string Split = $"{One}=30,{Two}=70";

    [Fact]
    public async Task Interrupted_before_the_traffic_moves_it_never_moves()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), HeldAt("/ready", 1, reached));
        var process = bench.Start(DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        (await process.SignalAsync("INT")).ShouldBe(1, process.Error);

        process.Error.ShouldContain("It was interrupted by SIGINT.");
        bench.Service.History.ShouldAllBe(state => state == Split);
        ((string)bench.Cloud.Log.Told.ShouldHaveSingleItem().Payload["event"]!).ShouldBe("deploy.failed");
    }

    [Fact]
    public async Task Interrupted_while_the_traffic_moves_its_request_can_do_nothing_any_more()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split));
        var (reached, abandoned, delayed, late) = (
            new TaskCompletionSource(),
            new TaskCompletionSource(),
            new TaskCompletionSource(),
            new TaskCompletionSource());
        bench.Cloud.At("services.replace", nth: 3, isAfter: false, async request =>
        {
            request.RequestAborted.Register(abandoned.SetResult);
            reached.SetResult();
            await delayed.Task;
            return null;
        });
        bench.Cloud.At("services.replace", nth: 3, isAfter: true, _ =>
        {
            late.SetResult();
            return Task.FromResult<int?>(null);
        });
        var process = bench.Start(DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        (await process.SignalAsync("TERM")).ShouldBe(3, process.Error);
        // Or somebody still waits for it.
        await abandoned.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        delayed.SetResult();
        await late.Task.WaitAsync(TestContext.Current.CancellationToken);

        process.Error.ShouldContain("It was interrupted by SIGTERM.");
        bench.Service.History.ShouldAllBe(state => state == Split);
        ((string)bench.Cloud.Log.Told.ShouldHaveSingleItem().Payload["event"]!).ShouldBe("deploy.rolled_back");
    }

    [Fact]
    public async Task Interrupted_in_the_watch_the_traffic_is_taken_back()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), HeldAt("/health", 2, reached));
        var process = bench.Start(
            DeployBench.Script, new Dictionary<string, string?> { ["WATCH_SECONDS"] = "08" }, DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        await process.SignalAsync("HUP");

        bench.ShouldBeTakenBack(await DeployBench.EndAsync(process), "It was interrupted by SIGHUP.");
        bench.Service.Tags.ShouldBe([$"candidate={bench.Service.Newest}"]);
    }

    [Fact]
    public async Task After_kill_9_a_rollback_returns_to_what_served_before()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await DeployBench.StartAsync(
            new CloudRunService($"{Two}=100", $"previous={One}"), HeldAt("/health", 2, reached));
        var process = bench.Start(DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        await process.KillAsync();
        bench.IsKilled = true;
        bench.Service.Split.ShouldBe($"{bench.Service.Newest}=100");

        // What cannot be told does not change what was done, nor does a job that cannot be updated.
        bench.Cloud.Fail("jobs.replace", 2, 403);
        var back = await DeployBench.EndAsync(
            bench.Start(
                DeployBench.Script,
                new Dictionary<string, string?> { ["GITHUB_STEP_SUMMARY"] = "/no/such/file" },
                "rollback"));

        back.ExitCode.ShouldBe(0, back.Error);
        bench.Service.Split.ShouldBe($"{Two}=100");
        back.Error.ShouldContain("The job eventpipeline-compact runs the image that it had: ");
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("ERROR", "deploy.rolled_back"));
    }

    private static RevisionStandIn HeldAt(string held, int when, TaskCompletionSource reached) => new()
    {
        Probe = async (path, nth) =>
        {
            if (path == held && nth == when)
            {
                reached.SetResult();
                await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
            }

            return 200;
        },
    };
}

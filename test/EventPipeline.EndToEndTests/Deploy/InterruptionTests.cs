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
    public async Task Interrupted_while_the_traffic_moves_it_is_taken_back()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split));
        var reached = bench.Cloud.Hold("services.replace", nth: 3);
        var process = bench.Start(DeployBench.Image);
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        bench.Service.Split.ShouldBe($"{bench.Service.Newest}=100");

        await process.SignalAsync("TERM");

        bench.ShouldBeTakenBack(await DeployBench.EndAsync(process), "It was interrupted by SIGTERM.");
        bench.Service.Split.ShouldBe(Split);
    }

    [Fact]
    public async Task Interrupted_in_the_watch_the_traffic_is_taken_back()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), HeldAt("/health", 2, reached));
        var process = bench.Start(DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        await process.SignalAsync("HUP");

        bench.ShouldBeTakenBack(await DeployBench.EndAsync(process), "It was interrupted by SIGHUP.");
        bench.Service.Split.ShouldBe(Split);
    }

    [Fact]
    public async Task After_kill_9_a_rollback_returns_to_what_served_before()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await DeployBench.StartAsync(new CloudRunService($"{Two}=100", $"previous={One}"), HeldAt("/health", 2, reached));
        var process = bench.Start(DeployBench.Image);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        await process.KillAsync();
        bench.IsKilled = true;
        bench.Service.Split.ShouldBe($"{bench.Service.Newest}=100");

        var back = await bench.RunAsync("rollback");

        back.ExitCode.ShouldBe(0, back.Error);
        bench.Service.Split.ShouldBe($"{Two}=100");
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("ERROR", "deploy.rolled_back"));
        (await bench.RunAsync("rollback")).Output.ShouldContain($"All traffic is at {Two} already.");
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

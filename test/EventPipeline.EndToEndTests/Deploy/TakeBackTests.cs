namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>Deployments that disappoint when they have the traffic, or are broken off.</summary>
public sealed class TakeBackTests
{
    private const string One = "eventpipeline-00001-abc";
    private const string Two = "eventpipeline-00002-def";
    private const string Split = $"{One}=30,{Two}=70";

    [Fact]
    public async Task A_revision_that_is_down_twice_under_traffic_loses_it_again_to_exactly_who_had_it()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split, $"previous={One}"), DownUnderTraffic());

        var failed = await bench.RunAsync(DeployBench.Image);

        ShouldBeTakenBack(bench, failed, "GET /health was answered twice with 503: The warehouse is down.");
        bench.Service.History.Distinct().ShouldBe([Split, $"{bench.Service.Newest}=100"]);
        bench.Service.Tags.ShouldBe([$"candidate={bench.Service.Newest}", $"previous={One}"]);
    }

    /// <summary>As a deployment left it that was killed after the shift: what serves was never watched to its end.</summary>
    [Fact]
    public async Task After_a_deployment_that_was_killed_the_next_keeps_what_was_proven_as_previous()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService($"{Two}=100", $"candidate={Two}", $"previous={One}"));
        var image = (string)bench.Service.GetRevision(Two).Body["status"]!["imageDigest"]!;
        bench.Cloud.Log.Entries.Add(new RevisionEntry("", null, "Out of memory."));

        var failed = await bench.RunAsync("current");

        ShouldBeTakenBack(bench, failed, "logged an error: Out of memory.");
        bench.Service.Split.ShouldBe($"{Two}=100");
        bench.Service.Tags.ShouldBe([$"candidate={bench.Service.Newest}", $"previous={One}"]);
        bench.Cloud.Job.Executions.ShouldBe([$"{image} schema apply"]);
    }

    [Fact]
    public async Task A_way_back_that_fails_is_a_persons_to_go_and_the_command_is_said()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), DownUnderTraffic());
        bench.Cloud.Fail("services.replace", nth: 3, status: 403);
        bench.Cloud.Fail("services.replace", nth: 4, status: 403);

        var failed = await bench.RunAsync(DeployBench.Image);

        failed.ExitCode.ShouldBe(4, failed.Error);
        failed.Output.ShouldContain($"gcloud run services update-traffic eventpipeline --project=my-project --region=us-central1 --to-revisions={Split}");
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("CRITICAL", "deploy.failed"));
    }

    [Fact]
    public async Task Traffic_that_somebody_else_has_moved_is_not_taken_back()
    {
        DeployBench? bench = null;
        var revision = new RevisionStandIn
        {
            Probe = (path, nth) =>
            {
                if (path == "/health" && nth == 2)
                {
                    bench!.Service.Move($"{One}=100");
                }

                return Task.FromResult(path == "/health" && nth > 1 ? 503 : 200);
            },
        };
        await using (bench = await DeployBench.StartAsync(new CloudRunService(Split), revision))
        {
            bench.Cloud.Runs(One, new RevisionStandIn { Probe = (_, _) => Task.FromResult(503) }.AnswerAsync);

            var failed = await bench.RunAsync(DeployBench.Image);

            failed.ExitCode.ShouldBe(4, failed.Error);
            failed.Error.ShouldContain($"Somebody else has moved the traffic to {One}=100, where it is left.");
            bench.Service.Split.ShouldBe($"{One}=100");
        }
    }

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
        var reached = bench.Cloud.Hold("services.replace", nth: 2);
        var process = bench.Start(DeployBench.Image);
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        bench.Service.Split.ShouldBe($"{bench.Service.Newest}=100");

        await process.SignalAsync("TERM");

        ShouldBeTakenBack(bench, await DeployBench.EndAsync(process), "It was interrupted by SIGTERM.");
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

        ShouldBeTakenBack(bench, await DeployBench.EndAsync(process), "It was interrupted by SIGHUP.");
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

    private static void ShouldBeTakenBack(DeployBench bench, Service.Finished failed, string why)
    {
        failed.ExitCode.ShouldBe(3, failed.Error);
        failed.Error.ShouldContain(why);
        bench.Service.History.ShouldContain($"{bench.Service.Newest}=100");
        bench.Service.Split.ShouldBe(bench.Service.History[0]);
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("ERROR", "deploy.rolled_back"));
        ((string)told["reason"]!).ShouldContain(why);
    }

    private static RevisionStandIn DownUnderTraffic() =>
        new() { Probe = (path, nth) => Task.FromResult(path == "/health" && nth > 1 ? 503 : 200) };

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

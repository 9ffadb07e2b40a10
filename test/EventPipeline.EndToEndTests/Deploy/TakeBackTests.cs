namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>Deployments that disappoint when they have the traffic.</summary>
public sealed class TakeBackTests
{
    private const string One = "eventpipeline-00001-abc";
    private const string Two = "eventpipeline-00002-def";
    private const string Split = $"{One}=30,{Two}=70";

    /// <summary>
    /// As a deployment left it that was killed after the shift: what serves was never watched to its end.
    /// </summary>
    [Fact]
    public async Task A_revision_that_logs_an_error_under_traffic_loses_it_again_to_exactly_who_had_it_and_what_was_proven_stays_previous()
    {
        await using var bench = await DeployBench.StartAsync(
            new CloudRunService(Split, $"candidate={Two}", $"previous={One}"));
        // The first attempt to take it back; the second is not hindered.
        bench.Cloud.Fail("services.replace", nth: 4, status: 409);
        var image = (string)bench.Service.GetRevision(Two).Body["status"]!["imageDigest"]!;
        bench.Cloud.Log.Entries.Add(new RevisionEntry("", null, "Out of memory."));
        IReadOnlyList<string> underTraffic = [];
        bench.Cloud.At("services.replace", nth: 3, isAfter: true, _ =>
        {
            underTraffic = bench.Service.Tags;
            return Task.FromResult<int?>(null);
        });

        var failed = await bench.RunAsync("current");

        bench.ShouldBeTakenBack(failed, "logged an error: Out of memory.");
        bench.Service.History.Distinct().ShouldBe([Split, $"{bench.Service.Newest}=100"]);
        underTraffic.ShouldBe([$"candidate={bench.Service.Newest}", $"previous={One}"]);
        bench.Service.Tags.ShouldBe(underTraffic);
        bench.Cloud.Job.Executions.ShouldBe([$"{image} schema apply"]);
    }

    [Fact]
    public async Task When_a_revision_is_down_twice_under_traffic_and_the_way_back_fails_a_person_has_to_act()
    {
        var downUnderTraffic = new RevisionStandIn
        {
            Probe = (path, nth) => Task.FromResult(path == "/health" && nth > 1 ? 503 : 200),
        };
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), downUnderTraffic);
        bench.Cloud.Fail("services.replace", nth: 4, status: 403);
        bench.Cloud.Fail("services.replace", nth: 5, status: 403);

        var failed = await bench.RunAsync(DeployBench.Image);

        failed.ExitCode.ShouldBe(4, failed.Error);
        failed.Error.ShouldContain("GET /health was answered twice with 503: The warehouse is down.");
        failed.Output.ShouldContain(
            "gcloud run services update-traffic eventpipeline --project=my-project --region=us-central1 "
                + $"--to-revisions={Split}");
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("CRITICAL", "deploy.failed"));
    }

    [Fact]
    public async Task A_revision_that_is_well_but_lost_its_traffic_to_somebody_else_was_not_deployed_and_nothing_is_taken_back()
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

                return Task.FromResult(200);
            },
        };
        await using (bench = await DeployBench.StartAsync(new CloudRunService(Split), revision))
        {
            var failed = await bench.RunAsync(DeployBench.Image);

            failed.ExitCode.ShouldBe(4, failed.Error);
            failed.Error.ShouldContain(
                $"{bench.Service.Newest} is well, but the traffic was moved away while it was watched. Somebody else "
                    + $"has moved the traffic to {One}=100, where it is left.");
            bench.Service.Split.ShouldBe($"{One}=100");
        }
    }
}

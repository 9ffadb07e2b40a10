using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>What a deployment does, and what keeps it from moving the traffic.</summary>
public sealed class DeployTests
{
    private const string One = "eventpipeline-00001-abc";
    private const string Two = "eventpipeline-00002-def";
    private const string Split = $"{One}=30,{Two}=70";

    [Fact]
    public async Task A_revision_that_proves_itself_gets_all_traffic_and_what_served_most_is_tagged_previous()
    {
        var revision = new RevisionStandIn
        {
            Accounts = ["acme", "R&D, \"the lab\""],
            // One hiccup under traffic.
            Probe = (path, nth) => Task.FromResult(path == "/health" && nth == 2 ? 503 : 200),
        };
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), revision);

        // Errors that say nothing about the revision: about data, of a request that is sent again, of another revision,
        // of the time before.
        bench.Cloud.Log.Entries.AddRange(
        [
            new RevisionEntry("", "window.ended", "A window was rejected."),
            new RevisionEntry("", null, "503", Log: "run.googleapis.com/requests"),
            new RevisionEntry(One, null, "It crashed."),
            new RevisionEntry("", null, "It could not start at once.", Age: TimeSpan.FromMinutes(1)),
        ]);

        // Traced, which must not show a token either.
        var process = bench.Start("-x", new Dictionary<string, string?>(), DeployBench.Script, DeployBench.Image);
        var deployed = await DeployBench.EndAsync(process);

        deployed.ExitCode.ShouldBe(0, deployed.Error);
        var newest = bench.Service.Newest;
        bench.Service.History.Distinct().ShouldBe([Split, $"{newest}=100"]);
        bench.Service.Tags.ShouldBe([$"previous={Two}"]);
        bench.Service.Container["image"]!.GetValue<string>().ShouldBe(DeployBench.Image);
        bench.Service.NamesItsRevision.ShouldBeFalse();
        bench.Cloud.Job.Executions.ShouldBe([$"{DeployBench.Image} schema apply"]);
        bench.Cloud.Compact.Image.ShouldBe(DeployBench.Image);
        bench.Cloud.Compact.Executions.ShouldBeEmpty();
        bench.Cloud.Story.Where(
            step =>
                step.Contains(newest, StringComparison.Ordinal)
                    || step is "jobs.run" or "services.replace" or "entries.list" or "entries.write")
            .ShouldBe(
        [
            "jobs.run",
            "services.replace", "services.replace",
            $"{newest} GET /liveness", $"{newest} GET /ready", $"{newest} GET /health", $"{newest} GET /vendors",
            $"{newest} POST /events/fetch-requested", $"{newest} GET /runs/smoke-{newest}-1",
            $"{newest} POST /events/fetch-requested", $"{newest} GET /runs/smoke-{newest}-2",
            "services.replace",
            $"{newest} GET /health", $"{newest} GET /health", "entries.list",
            "services.replace",
            "entries.write",
        ]);
        revision.Pushed.Values.Select(run => run.GetProperty("account").GetString())
            .ShouldBe(revision.Accounts, ignoreOrder: true);
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        severity.ShouldBe("INFO");
        Fields(told).ShouldBe(("deploy.completed", DeployBench.Image, newest, Split));
        bench.Handed("github-output").ShouldBe($"revision={newest}\nurl=http://eventpipeline-h4sh-uc.a.run.example\n");
        bench.Handed("github-summary").ShouldContain(newest);
    }

    [Fact]
    public async Task A_schema_that_cannot_be_applied_ends_it_before_there_is_a_revision()
    {
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split));
        bench.Cloud.Job.WhyItFails =
            "Task eventpipeline-schema-x7k2p-task0 failed with message: The container exited with an error.";

        await ShouldNotMoveAsync(bench, "The schema was not applied");

        bench.Service.Newest.ShouldBe(Two);
        bench.Service.History.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_revision_that_is_not_ready_never_gets_traffic()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());
        bench.Service.WhyNotReady =
            "Revision 'x' is not ready and cannot serve traffic. The user-provided container failed to start and "
                + "listen on the port.";

        await ShouldNotMoveAsync(bench, "failed to start and listen on the port");
    }

    [Fact]
    public async Task A_revision_whose_probes_fail_never_gets_traffic_and_all_of_them_are_named()
    {
        var revision = new RevisionStandIn { Probe = (_, _) => Task.FromResult(503) };

        // The placeholder serves as the latest revision, which is the new one unless it is kept from it.
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder(), revision);

        var failed = await ShouldNotMoveAsync(bench, "GET /ready was answered with 503: The warehouse is down.");

        failed.Error.ShouldContain("GET /health was answered with 503");
        revision.Pushed.ShouldBeEmpty();
        bench.Service.Tags.ShouldBe([$"candidate={bench.Service.Newest}"]);
    }

    [Fact]
    public async Task Accounts_that_cannot_be_read_are_all_named_with_what_to_do()
    {
        var revision = new RevisionStandIn
        {
            Accounts = ["well", "refused", "unheard-of", "rejected", "unfinished", "broken"],
            Push = account => account switch { "refused" => 401, "broken" => 503, _ => 204 },
            Window = account => account switch
            {
                "rejected" => ("rejected", "the vendor answered 401: The key is not valid."),
                "unfinished" => ("pending", null),
                "unheard-of" => null,
                _ => ("empty", null),
            },
        };
        await using var bench = await DeployBench.StartAsync(new CloudRunService(Split), revision);

        var failed = await ShouldNotMoveAsync(bench, "with 5 faults");

        failed.Output.ShouldContain("anthropic/well messages_usage of");
        failed.Error.ShouldContain(
            "the push was answered with 401: The push for refused was refused. Every push would be refused");
        failed.Error.ShouldContain("anthropic/unheard-of");
        failed.Error.ShouldContain("was rejected: the vendor answered 401: The key is not valid. (A key is replaced");
        failed.Error.ShouldContain("is 'pending'");
        failed.Error.ShouldContain("the push was answered with 503");
    }

    [Theory]
    [InlineData(
        $"{One}=100", null, $"Somebody else moved the traffic meanwhile: it is at {One}=100, and was at {Split}.")]
    [InlineData(Split, Two, $"Another deployment began meanwhile: its candidate is {Two}.")]
    public async Task What_somebody_else_did_meanwhile_is_left_as_it_is(string split, string? candidate, string why)
    {
        DeployBench? bench = null;
        var revision = new RevisionStandIn
        {
            Window = _ => // The last thing that is asked for before the traffic moves.
            {
                bench!.Service.Move(split, $"candidate={candidate ?? bench.Service.Newest}");
                return ("empty", null);
            },
        };
        await using (bench = await DeployBench.StartAsync(new CloudRunService(Split), revision))
        {
            var stopped = await bench.RunAsync(DeployBench.Image);

            stopped.ExitCode.ShouldBe(1, stopped.Error);
            stopped.Error.ShouldContain(why);
            bench.Service.Split.ShouldBe(split);
            bench.Service.History.Distinct().ShouldBe(new[] { Split, split }.Distinct());
        }
    }

    private static async Task<Service.Finished> ShouldNotMoveAsync(DeployBench bench, string why)
    {
        var before = bench.Service.Split;
        var failed = await bench.RunAsync(DeployBench.Image);

        failed.ExitCode.ShouldBe(1, failed.Error);
        failed.Error.ShouldContain(why);
        failed.Output.ShouldContain("Traffic never moved.");
        bench.Service.History.ShouldAllBe(state => state == before);
        var (severity, told) = bench.Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("ERROR", "deploy.failed"));
        ((string)told["reason"]!).ShouldNotBeEmpty();
        return failed;
    }

    private static (string Event, string Image, string Revision, string Previous) Fields(JsonNode told) =>
        ((string)told["event"]!, (string)told["image"]!, (string)told["revision"]!, (string)told["previous"]!);
}

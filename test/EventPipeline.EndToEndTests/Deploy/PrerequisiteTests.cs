namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>What must be there before anything is done.</summary>
public sealed class PrerequisiteTests
{
    [Theory]
    [InlineData("rolback", "'rolback' is neither 'current' nor 'rollback' nor an image")]
    [InlineData("--watch", "'--watch' is no argument of this script.")]
    [InlineData("current rollback", "One argument at most, and these are 2: current rollback")]
    public async Task An_argument_that_is_not_known_is_refused_with_the_usage(string arguments, string why)
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());

        var refused = await bench.RunAsync(arguments.Split(' '));

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldStartWith(why);
        refused.Error.ShouldContain("usage: infra/deploy");
        bench.Cloud.Story.ShouldBeEmpty();
    }

    [Fact]
    public async Task Missing_tools_and_settings_are_told_all_at_once()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());
        var bin = Directory.CreateDirectory(Path.Combine(bench.Folder, "bin")).FullName;
        foreach (var tool in (string[])["bash", "dirname", "readlink", "mktemp", "chmod", "rm", "sed", "grep", "cat"])
        {
            File.CreateSymbolicLink(Path.Combine(bin, tool), InstalledTool.Find(tool)!);
        }

        var link = Path.Combine(bench.Folder, "de ploy");
        File.CreateSymbolicLink(link, DeployBench.Script);
        var process = bench.Start(
            link,
            new Dictionary<string, string?>
            {
                ["PATH"] = bin,
                ["GOOGLE_CLOUD_PROJECT"] = null,
                ["GOOGLE_CLOUD_REGION"] = "",
                ["WATCH_SECONDS"] = "2m",
            });
        var refused = await DeployBench.EndAsync(process);

        refused.ExitCode.ShouldBe(2, refused.Error);
        foreach (var missing in
            (string[])["gcloud", "jq", "curl", "docker", "a git checkout", "GOOGLE_CLOUD_PROJECT",
                "GOOGLE_CLOUD_REGION", "WATCH_SECONDS, which is '2m'"])
        {
            refused.Error.ShouldContain(missing);
        }

        refused.Error.ShouldEndWith("Nothing was done.\n");
    }

    [Fact]
    public async Task A_checkout_that_is_not_its_commit_is_not_built()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());
        var checkout = await Checkout.CreateAsync(bench.Folder);
        await File.WriteAllTextAsync(
            Path.Combine(checkout.Folder, "Dockerfile"), "FROM scratch", TestContext.Current.CancellationToken);

        // Without a project nothing else is asked for.
        var process = bench.Start(checkout.Script, new Dictionary<string, string?>(checkout.Settings)
        {
            ["GOOGLE_CLOUD_PROJECT"] = null,
        });
        var refused = await DeployBench.EndAsync(process);

        refused.ExitCode.ShouldBe(2, refused.Error);
        refused.Error.ShouldContain("Missing: a clean checkout");
    }

    [Fact]
    public async Task A_service_and_a_job_that_are_not_there_are_Terraforms_to_make()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());
        (bench.Service.Exists, bench.Cloud.Job.Exists) = (false, false);

        var refused = await bench.RunAsync(DeployBench.Image);

        refused.ExitCode.ShouldBe(2, refused.Error);
        refused.Error.ShouldContain(
            "Missing: the Cloud Run service eventpipeline (project my-project, region us-central1)");
        refused.Error.ShouldContain("Missing: the Cloud Run job eventpipeline-schema");
        refused.Error.ShouldContain("Run terraform apply first");
        bench.Cloud.Log.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task Identities_that_the_deployer_may_not_speak_as_are_named_with_the_role_that_is_missing()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());
        bench.Cloud.Fail("generateIdToken", nth: 0, status: 403);

        var refused = await bench.RunAsync(DeployBench.Image);

        refused.ExitCode.ShouldBe(2, refused.Error);
        foreach (var identity in (string[])[CloudRunService.PushIdentity, CloudRunService.OperatorIdentity])
        {
            refused.Error.ShouldContain($"an ID token of {identity}: 403");
            refused.Error.ShouldContain(
                $"gcloud iam service-accounts add-iam-policy-binding {identity} "
                    + "--role=roles/iam.serviceAccountOpenIdTokenCreator");
        }
    }

    /// <summary>After the first deployment, what served before is what refuses every event.</summary>
    [Fact]
    public async Task A_rollback_to_the_placeholder_is_refused()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());

        // Where versions are kept for ever, there is no job to give the image to.
        bench.Cloud.Compact.Exists = false;
        var deployed = await bench.RunAsync(DeployBench.Image);
        deployed.ExitCode.ShouldBe(0, deployed.Error);
        deployed.Error.ShouldNotContain("eventpipeline-compact");
        bench.Service.Tags.ShouldBe([$"previous={CloudRunService.FirstRevision}"]);
        var serving = bench.Service.Split;

        var rollback = await bench.RunAsync("rollback");

        rollback.ExitCode.ShouldBe(2, rollback.Error);
        rollback.Error.ShouldContain(
            "Missing: a revision to go back to: eventpipeline-00001-abc, tagged 'previous', is the placeholder that "
            + "Terraform made");
        bench.Service.Split.ShouldBe(serving);
    }

    [Fact]
    public async Task A_rollback_without_a_previous_revision_and_a_current_without_a_first_deployment_are_refused()
    {
        await using var bench = await DeployBench.StartAsync(CloudRunService.Placeholder());

        var rollback = await bench.RunAsync("rollback");
        var current = await bench.RunAsync("current");

        rollback.ExitCode.ShouldBe(2, rollback.Error);
        rollback.Error.ShouldContain("Missing: a revision tagged 'previous'");
        current.ExitCode.ShouldBe(2, current.Error);
        current.Error.ShouldContain(
            "Missing: an image: eventpipeline-00001-abc, which serves, is the placeholder that Terraform made");
    }
}

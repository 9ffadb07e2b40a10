using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.Load;
using EventPipeline.Tests.Commands;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>The deployable's <c>compact</c>, a process, in BigQuery's dialect and with its bill.</summary>
public sealed class CompactTests : IAsyncLifetime
{
    private readonly StandInWarehouse server = new();
    private readonly TemporaryFolder folder = new();
    private CompactScene scene = null!;

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        scene = new CompactScene(server.Warehouse, WarehouseServer.Dataset, TimeProvider.System.GetUtcNow());
        await scene.WriteAsync();
        await server.Google.ForgetRequestsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_no_version_needs_is_deleted_and_every_view_shows_what_it_showed()
    {
        var shown = await scene.ShownAsync();
        await server.Google.ForgetRequestsAsync();

        var (exitCode, output, error) = await RunAsync("--yes");

        exitCode.ShouldBe(0, error);
        output.ShouldContain("cost_versions: 10 rows of 5 loads superseded, 4 rows of 2 loads never committed");
        var deletions = (await server.Google.CostsAsync()).Jobs.Where(job => job.Kind == "DELETE").ToList();
        (await DeletedAsync(deletions)).ShouldBe(24);

        // The table, slice_versions and account_identity.
        deletions.ShouldAllBe(job => job.BytesBilled == 3 * 10 * 1024 * 1024);
        (await scene.HeldAsync()).ShouldBe(CompactScene.Kept);
        (await scene.ShownAsync()).ShouldBe(shown);

        (await RunAsync("--yes")).Output.ShouldContain("contains no rows that were superseded");
    }

    [Fact]
    public async Task Killed_between_two_deletions_it_is_finished_by_the_next_run()
    {
        var shown = await scene.ShownAsync();
        var fault = await server.Google.FaultAsync("job.run", "hold", "delete_rows", skip: 1);
        await using (var killed = Start("--yes"))
        {
            await Poll.UntilAsync("a deletion runs", async () => await server.Google.HitsAsync(fault) == 1);
            await killed.KillAsync();
        }

        (await scene.ShownAsync()).ShouldBe(shown);
        (await scene.HeldAsync()).ShouldNotBe(CompactScene.Kept);
        await server.Google.MendAsync(); // What was held runs on, beside the next run.

        (await RunAsync("--yes")).ExitCode.ShouldBe(0);

        (await scene.HeldAsync()).ShouldBe(CompactScene.Kept);
        (await scene.ShownAsync()).ShouldBe(shown);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_nobody_agrees_or_the_retention_is_too_short()
    {
        var held = await scene.HeldAsync();

        var unanswered = await RunAsync();
        var refused = await RunAsync("--yes", "--retention-days", "7");
        var locally = await LocalProcess.RunAsync(
            folder.Path, new Dictionary<string, string>(), "compact", "--yes", "--retention-days", "7");

        (unanswered.ExitCode, refused.ExitCode, locally.ExitCode).ShouldBe((1, 2, 2));
        unanswered.Error.ShouldContain("Nothing was deleted: answer 'yes' or pass --yes.");
        refused.Error.ShouldContain("--retention-days is '7'");
        (await scene.HeldAsync()).ShouldBe(held);
    }

    /// <summary>What is left of former versions can be shown again, and what is not is refused.</summary>
    [Fact]
    public async Task A_version_that_is_left_can_be_restored_and_one_that_is_deleted_cannot()
    {
        await RunAsync("--yes");
        var restoration = new Restoration(server.Warehouse, WarehouseServer.Dataset);
        var all = new VersionChoice("anthropic", "acme", "cost", null, null, DateOnly.MinValue, DateOnly.MaxValue);
        var versions = await new SliceVersions(server.Warehouse, WarehouseServer.Dataset).FindAsync(
            all, 1_000, TestContext.Current.CancellationToken);
        var former = versions.Where(version => !version.IsCurrent).ToList();
        var left = (await new SliceVersions(server.Warehouse, WarehouseServer.Dataset).FindCompactedAsync(
            former, TestContext.Current.CancellationToken)) is var gone ? former.Except(gone).First() : null;

        foreach (var (version, isLeft) in new[] { (left!, true), (gone[0], false) })
        {
            var day = version.Slice.Day;
            var choice = all with { Account = null, LoadId = version.LoadId, From = day, To = day };
            var plan = await restoration.PlanAsync(choice, TestContext.Current.CancellationToken);
            plan.Slices.ShouldHaveSingleItem().After.LoadId.ShouldBe(version.LoadId);
            plan.Compacted.Count.ShouldBe(isLeft ? 0 : 1);
            if (isLeft)
            {
                await restoration.CommitAsync(plan, "restore_test", TestContext.Current.CancellationToken);
                var end = await restoration.CheckAsync(plan, "restore_test", TestContext.Current.CancellationToken);
                (end.Compacted.Count, end.Replaced.Count).ShouldBe((0, 0));
            }
        }

        var asOf = await restoration.PlanAsync(
            all with { Account = null, AsOf = TimeProvider.System.GetUtcNow().AddDays(-60) },
            TestContext.Current.CancellationToken);
        asOf.Slices.ShouldNotBeEmpty();
    }

    private LocalProcess Start(params string[] arguments) => LocalProcess.StartProgram(
        "EventPipeline",
        folder.Path,
        new Dictionary<string, string>
        {
            ["GOOGLE_CLOUD_PROJECT"] = WarehouseServer.Project,
            ["BIGQUERY_EMULATOR_HOST"] = server.Google.Host,
            ["BIGQUERY_DATASET"] = WarehouseServer.Dataset,
        },
        ["compact", .. arguments]);

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        return (await process.ExitAsync(), process.Output, process.Error);
    }

    /// <summary>How many rows jobs have deleted, as they say.</summary>
    private async Task<long> DeletedAsync(IEnumerable<StandInCost> jobs)
    {
        var deleted = 0L;
        foreach (var job in jobs)
        {
            using var answer = await server.Google.SendAsync(
                HttpMethod.Get, $"bigquery/v2/projects/{WarehouseServer.Project}/jobs/{job.JobId}?location=US");
            var resource = JsonNode.Parse(
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            deleted += long.Parse(
                (string)resource["statistics"]!["query"]!["numDmlAffectedRows"]!, CultureInfo.InvariantCulture);
        }

        return deleted;
    }
}

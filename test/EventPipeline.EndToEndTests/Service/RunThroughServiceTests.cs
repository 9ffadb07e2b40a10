using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The commands beside a service that holds the folder.</summary>
public sealed class RunThroughServiceTests(
    RunThroughServiceTests.ServedFolder folder) : IClassFixture<RunThroughServiceTests.ServedFolder>
{
    [Fact]
    public async Task A_run_uses_the_service_that_holds_the_folder()
    {
        var run = await folder.RunAsync("run", "--json", "--reports", "cost", "--vendors", "openai");

        run.ExitCode.ShouldBe(0, run.Error);
        var runId = JsonElement.Parse(run.Output).GetProperty("runId").GetString();
        var known = await folder.Service.GetAsync("runs");
        known.EnumerateArray()
            .ShouldContain(
                one =>
                    one.GetProperty("runId").GetString() == runId
                        && one.GetProperty("state").GetString() == "completed");
    }

    [Fact]
    public async Task A_query_through_the_service_prints_the_same_bytes_as_without_it()
    {
        const string sql = """
            SELECT CAST('-1234567890.000000000000000001' AS DECIMAL(38,18)) AS money, 9007199254740993 AS large, DATE '2098-06-14' AS day,
              TIMESTAMPTZ '2098-06-14 01:02:03.5+00' AS at, TRUE AS flag, NULL AS none, 'é,"' AS text, 0.1::DOUBLE AS ratio
            """;
        await folder.RunAsync("run", "--json", "--reports", "moderations_usage");
        using var idle = new TemporaryFolder();
        var settings = new Dictionary<string, string>();
        await LocalProcess.RunAsync(
            idle.Path, settings, "run", "--json", "--reports", "moderations_usage", "--data", "data");

        foreach (var format in (string[])["--json", "--csv"])
        {
            var through = await folder.RunAsync("query", sql, format);
            var without = await LocalProcess.RunAsync(idle.Path, settings, "query", sql, format, "--data", "data");

            through.ExitCode.ShouldBe(0, through.Error);
            without.ExitCode.ShouldBe(0, without.Error);
            through.Output.ShouldBe(without.Output);
            through.Output.ShouldContain("-1234567890.000000000000000001");
            through.Output.ShouldContain("9007199254740993");
        }
    }

    [Fact]
    public async Task Runs_are_shown_through_the_service_as_without_it()
    {
        using var idle = new TemporaryFolder();
        var settings = new Dictionary<string, string>();
        string[] run = ["run", "--json", "--reports", "moderations_usage"];
        string[] show = ["runs", "show"];
        string[] data = ["--data", "data"];
        var through = await folder.RunAsync(run);
        var without = await LocalProcess.RunAsync(idle.Path, settings, [.. run, .. data]);

        foreach (var (asked, shown) in new[]
        {
            (through, await folder.RunAsync(show)),
            (without, await LocalProcess.RunAsync(idle.Path, settings, [.. show, .. data])),
        })
        {
            shown.ExitCode.ShouldBe(0, shown.Error);
            var runId = JsonElement.Parse(asked.Output).GetProperty("runId").GetString();
            shown.Output.ShouldStartWith($"SIMULATED - Run {runId}, production, ");
            shown.Output.ShouldContain("openai/SIMULATED-acme/moderations_usage  ");
        }
    }

    [Fact]
    public async Task A_run_at_another_time_than_the_services_is_refused()
    {
        var refused = await folder.RunAsync("run", "--json", "--now", Simulation.Now);

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain("--now");
    }

    [Fact]
    public async Task A_second_service_in_the_folder_is_refused()
    {
        var refused = await folder.RunAsync("serve", "--port", "0");

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("--data");
    }

    [Theory]
    [InlineData("days", "--days", "31")]
    [InlineData("days", "--days", "0")]
    [InlineData("days", "--days", "two")]
    [InlineData("'anthropic'", "--vendors", "antropic")]
    [InlineData("'cost'", "--reports", "costs")]
    [InlineData("'SIMULATED-acme'", "--accounts", "acme")]
    [InlineData("2026-02-30", "--from", "2026-02-30")]
    [InlineData("days", "--days", "2", "--from", "2098-06-01")]
    [InlineData("2098-06-15", "--to", "2098-06-15")]
    [InlineData("'dry_run'", "--mode", "dryrun")]
    public async Task Bad_arguments_end_the_run_with_the_reason_and_leave_no_dead_letter(
        string said, params string[] arguments)
    {
        var refused = await folder.RunAsync(["run", "--json", .. arguments]);

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain(said);
        refused.Error.ShouldNotContain("   at ");
        (await folder.Service.DeadLettersAsync()).ShouldBeEmpty();
        (await folder.Service.GetAsync("runs"))
            .EnumerateArray()
            .ShouldNotContain(run => run.GetProperty("state").GetString() == "failed");
    }

    /// <summary>A service with the simulated vendors of its own.</summary>
    public sealed class ServedFolder : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        internal RunningService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Service = await RunningService.StartAsync(
                folder.Path, new Dictionary<string, string> { ["Runs__GapDays"] = "0" });

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            folder.Dispose();
        }

        internal Task<Finished> RunAsync(params string[] arguments) =>
            LocalProcess.RunAsync(folder.Path, new Dictionary<string, string>(), [.. arguments, "--data", "data"]);
    }
}

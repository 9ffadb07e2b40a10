using System.Text.RegularExpressions;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>
/// Ctrl-C, whenever it comes: the command says so and ends, and what it had begun goes on another time.
/// </summary>
public sealed partial class StopTests : IDisposable
{
    private const int Stopped = 130;

    private static readonly Dictionary<string, string> NoSettings = [];
    private static readonly string[] Where = ["--data", "data", "--now", Simulation.Now];

    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data", "simulated");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("lock")]
    [InlineData("warehouse.duckdb")]
    [InlineData("service-address")]
    [InlineData("Reading: ")]
    public async Task A_run_that_is_stopped_says_so_loses_nothing_and_fails_nothing(string moment)
    {
        await using (var run = LocalProcess.Start(folder.Path, NoSettings, "run"))
        {
            await Poll.UntilAsync(
                moment,
                () => Task.FromResult(
                    run.HasExited || File.Exists(Path.Combine(Data, moment)) || run.Error.Contains(moment)));

            (await run.SignalAsync("INT")).ShouldBe(Stopped);

            run.Error.TrimEnd().Split('\n')[^1].ShouldBe("Stopped.");
            if (moment == "Reading: ")
            {
                run.Error.ShouldMatch(
                    $@"Run \d{{8}}-[0-9a-f]{{12}} has not ended\. Its messages are kept in {Data}: the next `run` or "
                    + "`serve` goes on with it\\.");
            }
        }

        var next = await LocalProcess.RunAsync(folder.Path, NoSettings, "run", "--days", "1", "--reports", "cost");
        next.ExitCode.ShouldBe(0, next.Error);
        var letters = await LocalProcess.RunAsync(folder.Path, NoSettings, "dead-letters", "list");
        letters.Output.ShouldBe("There is no such dead letter (open).\n");
    }

    [Fact]
    public async Task A_backfill_that_is_stopped_is_finished_by_the_next_service()
    {
        string runId;
        await using (var backfill = LocalProcess.Start(
            folder.Path,
            NoSettings,
            ["backfill", "--from", "2097-06-15", "--vendors", "openai", "--yes", .. Where]))
        {
            await Poll.UntilAsync("it is read", () => Task.FromResult(backfill.Error.Contains(": running, ")));
            runId = Requested().Match(backfill.Error).Groups[1].Value;

            (await backfill.SignalAsync("INT")).ShouldBe(Stopped);

            backfill.Output.ShouldStartWith("SIMULATED - 2097-06-15 to 2098-06-14: ");
            backfill.Error.TrimEnd().Split('\n')[^1].ShouldBe("Stopped.");
        }

        await using var service = await RunningService.StartAsync(folder.Path, NoSettings);
        var run = await service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldAllBe(window => window.State == "loaded" || window.State == "empty");
    }

    [GeneratedRegex("^Run (.+) is requested")]
    private static partial Regex Requested();
}

using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>A process killed anywhere in a run, and started again on the same folder.</summary>
public sealed class KillTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private static readonly DateOnly From = new(2098, 4, 1);
    private static readonly DateOnly To = new(2098, 4, 9);
    private static readonly string[] Reports = ["messages_usage", "cost", "claude_code", "completions_usage"];
    private static readonly object Request = new { from = From, to = To, reports = Reports };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Killed_as_soon_as_the_run_was_promised_it_is_run()
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await service.AskAsync(Request);
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Fact]
    public async Task Killed_as_soon_as_the_plan_is_known_the_run_completes()
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await service.AskAsync(Request);
            await Poll.UntilAsync("the plan is known", async () => (await service.RunAsync(runId)).Windows.Count > 0);
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(23)]
    public async Task Killed_while_a_vendor_is_being_asked_the_run_completes(int askedBefore)
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await HoldAsync(service, new { kind = "slow_headers", skip = askedBefore });
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Theory]
    [InlineData("usage_report/messages", 1)]
    [InlineData("organization/costs", 0)]
    public async Task Killed_in_the_middle_of_a_vendors_answer_the_run_completes(string path, int pagesBefore)
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await HoldAsync(service, new { kind = "stall", pathContains = path, skip = pagesBefore });
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Theory]
    [InlineData("*.cost_versions.*")]
    [InlineData("*.activity_versions.*")]
    public async Task Killed_when_an_upload_appears_the_run_completes(string upload)
    {
        string runId;
        await using (var service = await StartAsync())
        {
            var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var uploads = new FileSystemWatcher(Path.Combine(folder.Path, "data", "uploads"), upload);
            uploads.Created += (_, _) => appeared.TrySetResult();
            uploads.EnableRaisingEvents = true;
            runId = await service.AskAsync(Request);
            await appeared.Task.WaitAsync(TestContext.Current.CancellationToken);
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Killed_when_some_windows_have_ended_the_run_completes(int ended)
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await service.AskAsync(Request);
            await Poll.UntilAsync($"{ended} windows have ended", async () =>
                await service.RunAsync(runId) is { Windows.Count: > 0 } run
                    && run.Windows.Count - run.Pending >= ended);
            await service.KillAsync();
        }

        await ShouldCompleteAsync(runId);
    }

    [Fact]
    public async Task Killed_three_times_over_the_run_completes()
    {
        string? runId = null;
        foreach (var asked in (int[])[3, 4, 6])
        {
            await simulation.FailAsync(new { kind = "slow_headers", skip = asked });
            await using var service = await StartAsync();
            runId ??= await service.AskAsync(Request);
            await Poll.UntilAsync(
                "a vendor is asked and does not answer", async () => await simulation.HitsAsync() > 0);
            await service.KillAsync();
        }

        await simulation.MendAsync();
        await ShouldCompleteAsync(runId!);
    }

    [Fact]
    public async Task Stopped_in_the_middle_of_a_run_it_ends_cleanly_and_the_run_completes_later()
    {
        string runId;
        await using (var service = await StartAsync())
        {
            runId = await HoldAsync(service, new { kind = "slow_headers", skip = 5 });
            (await service.TerminateAsync()).ShouldBe(0);
        }

        await ShouldCompleteAsync(runId);
    }

    [Fact]
    public async Task A_killed_run_command_followed_by_another_leaves_what_one_would_have_left()
    {
        string[] arguments =
        [
            "run",
            "--json",
            "--data",
            "data",
            "--now",
            Simulation.Now,
            "--from",
            "2098-04-01",
            "--to",
            "2098-04-09",
            "--reports",
            .. Reports,
        ];
        await simulation.FailAsync(new { kind = "slow_headers", skip = 7 });
        await using (var killed = LocalProcess.Start(folder.Path, simulation.Settings(), arguments))
        {
            await Poll.UntilAsync(
                "a vendor is asked and does not answer", async () => await simulation.HitsAsync() > 0);
            await killed.KillAsync();
        }

        await simulation.MendAsync();
        var second = await LocalProcess.RunAsync(folder.Path, simulation.Settings(), arguments);

        second.ExitCode.ShouldBe(0, second.Error);
        JsonElement.Parse(second.Output).GetProperty("outcome").GetString().ShouldBe("completed");
        await using var service = await StartAsync();
        await service.WaitUntilNothingIsOutstandingAsync();
        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
        foreach (var run in (await service.GetAsync("runs")).EnumerateArray())
        {
            run.GetProperty("state").GetString().ShouldBe("completed");
        }
    }

    private Task<RunningService> StartAsync() => RunningService.StartAsync(folder.Path, simulation.Settings());

    /// <summary>Asks for the run, and waits until it stands before a vendor that does not answer.</summary>
    private async Task<string> HoldAsync(RunningService service, object fault)
    {
        await simulation.FailAsync(fault);
        var runId = await service.AskAsync(Request);
        await Poll.UntilAsync("a vendor is asked and does not answer", async () => await simulation.HitsAsync() > 0);
        return runId;
    }

    /// <summary>
    /// Starts the service again: the run completes by itself, everything is there once, and nothing is left to do.
    /// </summary>
    private async Task ShouldCompleteAsync(string runId)
    {
        await simulation.MendAsync();
        await using var service = await StartAsync();
        var run = await service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        await service.WaitUntilNothingIsOutstandingAsync();
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
        (await service.QueryAsync("SELECT COUNT(*) FROM run_events WHERE event = 'completed'"))[0][0]
            .GetInt64()
            .ShouldBeGreaterThan(0);
        run.Totals.Rows.ShouldBe(
            (await service.QueryAsync("SELECT SUM(row_count) FROM current_slices"))[0][0].GetInt64());
        run.Totals.BilledUsd.ShouldBe(decimal.Parse(
            (await service.QueryAsync("SELECT CAST(SUM(amount_usd) AS VARCHAR) FROM current_slices"))[0][0]
                .GetString()!,
            System.Globalization.CultureInfo.InvariantCulture));
    }
}

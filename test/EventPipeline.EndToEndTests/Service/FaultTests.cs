using System.Text.Json;
using EventPipeline.Ledger;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>
/// What vendors do wrong, through the whole service. Each test has a day of its own, so that its window is new; it is
/// long ago, so that a day is settled by its first read and no run reads another's day again.
/// </summary>
public sealed class FaultTests(FaultTests.Served served) : IClassFixture<FaultTests.Served>
{
    private readonly RunningService service = served.Service;
    private readonly Simulation simulation = served.Vendors;

    [Theory]
    [InlineData(1, 1, """{"kind":"status","status":429,"retryAfter":1,"times":1}""")]
    [InlineData(2, 1, """{"kind":"status","status":429,"times":1}""")]
    [InlineData(3, 1, """{"kind":"status","status":500,"times":1}""")]
    [InlineData(4, 1, """{"kind":"status","status":529,"times":1}""")]
    [InlineData(5, 1, """{"kind":"reset","times":1}""")]
    [InlineData(6, 1, """{"kind":"slow_headers","seconds":0.3,"times":1}""")]
    [InlineData(7, 1, """{"kind":"trailing_cursor","times":1}""")]
    [InlineData(27, 1, """{"kind":"empty_page","times":1}""")]
    [InlineData(8, 2, """{"kind":"truncate","times":1}""")]
    [InlineData(9, 2, """{"kind":"truncate_json","times":1}""")]
    [InlineData(10, 2, """{"kind":"stall","times":1}""")]
    [InlineData(18, 2, """{"kind":"garbage","times":1}""")]
    [InlineData(11, 3, """{"kind":"missing_bucket","times":2}""")]
    public async Task What_passes_is_tried_again_and_loaded_once(int day, int attempts, string fault)
    {
        foreach (var window in (Window[])[Anthropic(day, "cost"), OpenAI(day, "completions_usage")])
        {
            var run = await RunAsync(window, fault);

            run.Outcome.ShouldBe("completed");
            var ended = run.Windows.ShouldHaveSingleItem();
            ended.State.ShouldBe("loaded");
            ended.Attempts.ShouldBe(attempts);
            ended.Reason.ShouldBeNull();
            await service.ShouldHaveTruthAsync(simulation, window);
            (await service.QueryAsync(
                $"SELECT COUNT(*) FROM run_events WHERE run_id = '{run.RunId}' AND event = 'attempt_failed'"))[0][0]
                .GetInt64().ShouldBe(attempts - 1);
        }
    }

    [Theory]
    [InlineData(12, "identical duplicate rows", """{"kind":"repeat_rows"}""")]
    [InlineData(13, "simulated_new_field", """{"kind":"unknown_field"}""")]
    [InlineData(14, "inferred_geo", """{"kind":"unknown_field","field":"inferred_geo"}""")]
    public async Task What_goes_beyond_the_documentation_is_loaded_and_told(int day, string drift, string fault)
    {
        foreach (var window in
            (Window[])[Anthropic(day, "messages_usage"), OpenAI(day, "cost"), Anthropic(day, "claude_code")])
        {
            var run = await RunAsync(window, fault);

            run.Outcome.ShouldBe("completed");
            run.Windows.ShouldHaveSingleItem().Drift.ShouldContain(
                note => note.Contains(drift, StringComparison.Ordinal));
            await service.ShouldHaveTruthAsync(simulation, window);
        }
    }

    [Theory]
    [InlineData(15, "cost", "does not end", """{"kind":"endless_cursor"}""")]
    [InlineData(16, "messages_usage", "pagination loops", """{"kind":"same_cursor"}""")]
    [InlineData(17, "messages_usage", "different values", """{"kind":"conflict_rows"}""")]
    [InlineData(19, "cost", "'data[].results[].amount'", """{"kind":"missing_field","field":"amount"}""")]
    [InlineData(20, "messages_usage", "output_tokens", """{"kind":"missing_field","field":"output_tokens"}""")]
    [InlineData(21, "claude_code", "core_metrics", """{"kind":"missing_field","field":"core_metrics"}""")]
    [InlineData(22, "cost", "404", """{"kind":"status","status":404}""")]
    public async Task What_breaks_the_contract_is_rejected_at_once_and_loads_when_it_is_replayed(
        int day, string report, string reason, string fault)
    {
        var window = Unhurried(day, report);
        var run = await RunAsync(window, fault);

        run.Outcome.ShouldBe("failed");
        var rejected = run.Windows.ShouldHaveSingleItem();
        rejected.State.ShouldBe("rejected");
        rejected.Attempts.ShouldBe(1);
        rejected.Reason.ShouldNotBeNull().ShouldContain(reason);
        await service.ShouldHaveNothingAsync(window);

        await ReplayAsync(
            run,
            window,
            reason,
            cause: fault.Contains("404", StringComparison.Ordinal) ? "vendor_refused" : "broken_contract");
    }

    [Fact]
    public async Task What_never_passes_is_a_dead_letter_after_five_attempts_and_loads_when_it_is_replayed()
    {
        var window = Unhurried(23, "cost");
        var run = await RunAsync(window, """{"kind":"missing_bucket"}""");

        run.Outcome.ShouldBe("failed");
        var failed = run.Windows.ShouldHaveSingleItem();
        failed.State.ShouldBe("failed");
        failed.Attempts.ShouldBe(5);
        failed.Reason.ShouldNotBeNull().ShouldContain("no bucket for");
        await service.ShouldHaveNothingAsync(window);

        await ReplayAsync(run, window, "", cause: "attempts_exhausted");
    }

    [Fact]
    public async Task A_run_with_a_rejected_window_ends_the_command_with_the_reason_and_loads_the_others()
    {
        await FailAsync("""{"kind":"missing_field","field":"amount","pathContains":"cost_report"}""");
        string[] arguments =
        [
            "run",
            "--data",
            "data",
            "--from",
            "2026-03-24",
            "--to",
            "2026-03-24",
            "--accounts",
            "SIMULATED-labs",
            "--reports",
            "cost",
            "messages_usage",
        ];

        var json = await LocalProcess.RunAsync(served.Folder, simulation.Settings(), [.. arguments, "--json"]);
        var table = await LocalProcess.RunAsync(served.Folder, simulation.Settings(), arguments);

        json.ExitCode.ShouldNotBe(0);
        var run = JsonElement.Parse(json.Output);
        run.GetProperty("outcome").GetString().ShouldBe("failed");
        run.GetProperty("windows")
            .EnumerateArray()
            .ToDictionary(
                window => window.GetProperty("report").GetString()!, window => window.GetProperty("state").GetString())
            .ShouldBe(
                new Dictionary<string, string?> { ["cost"] = "rejected", ["messages_usage"] = "loaded" },
                ignoreOrder: true);
        await service.ShouldHaveTruthAsync(simulation, Anthropic(24, "messages_usage"));
        table.ExitCode.ShouldNotBe(0);
        table.Output.ShouldContain("rejected");
        await ResetAsync();
    }

    private static Window Anthropic(int day, string report) =>
        new("anthropic", "SIMULATED-labs", report, new(2026, 3, day), new(2026, 3, day));

    /// <summary>
    /// Of an account that no test has refuse with 429: that slows an account for minutes, and a thousand pages of one
    /// that is slowed take as long.
    /// </summary>
    private static Window Unhurried(int day, string report) =>
        Anthropic(day, report) with { Account = "SIMULATED-acme" };

    private static Window OpenAI(int day, string report) =>
        new("openai", "SIMULATED-acme", report, new(2026, 3, day), new(2026, 3, day));

    /// <summary>One run of one window, while its vendor does one thing wrong wherever it serves a report.</summary>
    private async Task<RunDocument> RunAsync(Window window, string fault)
    {
        var path = window switch
        {
            ("anthropic", _, "cost", _, _) => "cost_report",
            ("anthropic", _, var report, _, _) =>
                $"usage_report/{report.Replace("_usage", "", StringComparison.Ordinal)}",
            (_, _, "cost", _, _) => "organization/costs",
            _ => "organization/usage",
        };
        await FailAsync($$"""{"pathContains":"{{path}}",{{fault[1..]}}""");
        var run = await service.RunToEndAsync(new
        {
            from = window.From,
            to = window.To,
            vendors = (string[])[window.Vendor],
            accounts = (string[])[window.Account],
            reports = (string[])[window.Report],
        });
        (await simulation.HitsAsync()).ShouldBeGreaterThan(0, "The fault has hit.");
        return run;
    }

    private Task FailAsync(string fault) => simulation.FailAsync(JsonElement.Parse(fault));

    private Task ResetAsync() => simulation.MendAsync();

    /// <summary>Mends the vendor and replays the dead letter of a run's one window.</summary>
    private async Task ReplayAsync(RunDocument run, Window window, string reason, string cause)
    {
        var letter = await Poll.ForAsync($"the dead letter of run {run.RunId} is stored", async () =>
            (await service.DeadLettersAsync())
                .Where(one => one.GetProperty("eventId").GetString()!.StartsWith(run.RunId, StringComparison.Ordinal))
                .Select(one => new { Json = one }).FirstOrDefault());
        var id = letter.Json.GetProperty("id").GetString()!;
        letter.Json.GetProperty("reason").GetString()!.ShouldContain(reason);
        letter.Json.GetProperty("cause").GetString().ShouldBe(cause);
        letter.Json.GetProperty("hint").GetString().ShouldNotBeNullOrEmpty();
        letter.Json.GetProperty("replayCommand").GetString()!.ShouldContain(id);
        letter.Json.GetProperty("sourceTopic").GetString().ShouldBe("fetch");

        await ResetAsync();
        await service.ReplayAsync(id);

        await Poll.UntilAsync(
            "the run is completed after all", async () => (await service.RunAsync(run.RunId)).Outcome == "completed");
        (await service.RunAsync(run.RunId)).Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        await service.ShouldHaveTruthAsync(simulation, window);
        (await service.DeadLettersAsync("resolved"))
            .ShouldContain(
                one => one.GetProperty("id").GetString() == id && one.GetProperty("replays").GetInt32() == 1);
        (await service.DeadLettersAsync()).ShouldNotContain(one => one.GetProperty("id").GetString() == id);
        var told = await service.QueryAsync(
            $"SELECT state FROM run_events WHERE run_id = '{run.RunId}' AND event = 'completed' ORDER BY recorded_at");
        told.Select(row => row[0].GetString()).ShouldBe(["failed", "completed"]);
    }

    /// <summary>A service and vendors that fail as they are told.</summary>
    public sealed class Served : IAsyncLifetime
    {
        private const string Now = "2026-04-15T06:00:00Z";

        private readonly TemporaryFolder folder = new();

        internal Simulation Vendors { get; private set; } = null!;

        internal RunningService Service { get; private set; } = null!;

        internal string Folder => folder.Path;

        public async ValueTask InitializeAsync()
        {
            Vendors = await Simulation.AtAsync(Now);
            Service = await RunningService.StartAsync(
                folder.Path, Vendors.Settings(("Vendors__StallTimeout", "00:00:01")), Now);
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Vendors.DisposeAsync();
            folder.Dispose();
        }
    }
}

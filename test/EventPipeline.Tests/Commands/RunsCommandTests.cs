using System.CommandLine;
using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Ledger;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary>What people see of runs, and do to them, over the service's HTTP API.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class RunsCommandTests : IAsyncLifetime
{
    private ServiceHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Nothing_has_run_yet()
    {
        (await RunAsync("list")).ShouldBe((0, "There is no such run.\n", ""));
        var failure = await Should.ThrowAsync<UsageException>(() => RunAsync("show"));
        failure.Message.ShouldBe("There is no run yet.");
    }

    [Fact]
    public async Task Runs_are_listed_as_text_json_and_csv()
    {
        var day = new DateOnly(2025, 1, 1);
        var run = await _host.RunAsync("anthropic", "cost", day, day);
        await _host.RecordAsync("20250101-stalled", RunHistory.Requested, _host.Now.AddHours(-8));
        var requested = _host.Now.AddHours(-8).UtcDateTime;

        var (code, text, _) = await RunAsync("list");

        code.ShouldBe(0);
        var lines = text.Split('\n');
        lines[0].ShouldStartWith("run                    state        requested (UTC)");
        lines[1].ShouldStartWith($"{run.RunId}  completed    {run.RequestedAt.UtcDateTime:yyyy-MM-dd HH:mm}  1/1");
        lines[1].ShouldEndWith(TextColumns.Cents(run.Totals.BilledUsd));
        lines[2].ShouldStartWith($"20250101-stalled       stalled 8 h  {requested:yyyy-MM-dd HH:mm}  0/0");
        text.Split('\n').ShouldAllBe(line => line.Length <= 80);
        var json = JsonElement.Parse((await RunAsync("list", "--json")).Output);
        json.EnumerateArray().Select(one => one.GetProperty("runId").GetString())
            .ShouldBe([run.RunId, "20250101-stalled"]);
        json[0].GetProperty("totals").GetProperty("usd").GetString()
            .ShouldBe(DecimalAsString.Text(run.Totals.BilledUsd));
        var csv = (await RunAsync("list", "--csv", "--state", "completed")).Output.Split("\r\n");
        csv[0].ShouldStartWith("run_id,state,mode,from,to,");
        csv[1].ShouldStartWith($"{run.RunId},completed,production,2025-01-01,2025-01-01,");
        csv[2].ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_is_as_long_as_it_is_asked_for_over_pages()
    {
        foreach (var i in Enumerable.Range(0, 1_005))
        {
            await _host.RecordAsync($"20250101-{i:0000}", RunHistory.Requested, _host.Now.AddMinutes(-i));
        }

        var all = JsonElement.Parse((await RunAsync("list", "--limit", "1003", "--json")).Output);

        all.EnumerateArray().Select(run => run.GetProperty("runId").GetString())
            .ShouldBe(Enumerable.Range(0, 1_003).Select(i => $"20250101-{i:0000}"));
    }

    [Fact]
    public async Task A_run_is_shown_with_what_went_wrong()
    {
        var day = new DateOnly(2025, 2, 1);
        _host.Vendor.On(CostRows.Path, """{"error":{"type":"invalid_request_error","message":"No."}}""", status: 400);
        var run = await _host.RunAsync("anthropic", "cost", day, day);

        var (code, text, _) = await RunAsync("show");

        code.ShouldBe(0);
        text.ShouldStartWith($"Run {run.RunId}, production, 2025-02-01: failed, 1 of 1 windows, 0 rows, $0.00.\n");
        text.ShouldContain("anthropic/acme/cost  2025-02-01  rejected");
        text.ShouldContain($"rejected: anthropic/acme/cost 2025-02-01, {run.Windows[0].Attempts} attempts: ");
        (await RunAsync("show", run.RunId, "--state", "loaded")).Output.ShouldNotContain("anthropic/acme/cost");
        JsonElement.Parse((await RunAsync("show", run.RunId, "--state", "rejected", "--json")).Output)
            .GetProperty("windows").GetArrayLength().ShouldBe(1);
        (await RunAsync("show", run.RunId, "--csv")).Output
            .ShouldContain("\nanthropic,acme,cost,2025-02-01,2025-02-01,asked for,rejected,");
        (await Should.ThrowAsync<UsageException>(() => RunAsync("show", "20250101-none"))).Message
            .ShouldContain("'20250101-none'");
    }

    [Fact]
    public async Task A_dry_run_is_shown_with_what_it_would_change_before_and_after()
    {
        var day = new DateOnly(2025, 2, 1);
        await _host.RunAsync("anthropic", "cost", day, day.AddDays(1));
        _host.Vendor.OnDays(
            CostRows.Path, date => date == day ? CostRows.Row("700") : CostRows.Of(date));
        var run = await _host.RunAsync(
            "anthropic", "cost", day, day.AddDays(2), ",\"mode\":\"dry_run\",\"force\":true");

        var (_, text, _) = await RunAsync("show", run.RunId);

        text.ShouldEndWith(
            $"""

            day                                         rows  tokens   dollars
            anthropic/acme/cost 2025-02-01  before         1       0  {CostRows.UsdOf(day):N2}
                                            after          1       0      7.00
            anthropic/acme/cost 2025-02-03  never read
                                            after          1       0  {CostRows.UsdOf(day.AddDays(2)):N2}
            Days of reports that a run would change: 2 of 3 that were read; new among them: 1.

            """);
    }

    [Fact]
    public async Task A_run_is_followed_to_its_end()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var day = new DateOnly(2025, 3, 1);
        var runId = await _host.RequestAsync("anthropic", "cost", day, day);
        await gate.ReachedAsync();

        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watched = RunAsync(Open, begun, "watch", runId);
        await begun.Task.WaitAsync(Cancellation);
        gate.Open();
        var (code, text, said) = await watched;

        code.ShouldBe(0);
        text.ShouldStartWith($"Run {runId}, production, 2025-03-01: completed, 1 of 1 windows, 1 rows, ");
        said.ShouldStartWith($"Run {runId}, production, 2025-03-01: running, 0 of 1 windows, 0 rows, $0.00.\n");
        (await RunAsync("watch")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_failed_and_a_stalled_run_are_not_followed_for_ever()
    {
        await _host.RecordAsync("20250101-stalled", RunHistory.Requested, _host.Now.AddHours(-8));

        var (code, text, _) = await RunAsync("watch", "--json");

        code.ShouldBe(1);
        JsonElement.Parse(text).GetProperty("silentForHours").GetDouble().ShouldBe(8);
    }

    [Fact]
    public async Task A_run_that_no_service_works_on_is_not_waited_for()
    {
        await _host.RecordAsync("20250101-requested", RunHistory.Requested, _host.Now);

        var (code, _, error) = await RunAsync(
            (_, _) => Task.FromResult(
                new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress }, new MemoryStream())),
            "watch");

        code.ShouldBe(1);
        error.ShouldContain("No service works on it: start 'serve'");
    }

    [Fact]
    public async Task Cancelling_says_what_it_would_do_and_asks_first()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", new DateOnly(2024, 1, 1), new DateOnly(2024, 12, 31));
        await gate.ReachedAsync();
        var windows = (await _host.RunOfAsync(runId)).Windows.Count;
        var said = $"Run {runId} is running: 0 of its {windows} windows have ended and stay as they are, "
            + $"{windows} would not be read any more.\n";

        (await RunAsync("cancel", runId, "--dry-run")).ShouldBe((0, $"{said}Nothing was cancelled (--dry-run).\n", ""));
        (await RunAsync("cancel", runId))
            .ShouldBe((1, said, "Nothing was cancelled: answer 'yes' or pass --yes.\n"));
        (await _host.RunOfAsync(runId)).State.ShouldBe("running");
        var (code, text, _) = await RunAsync("cancel", runId, "--yes");

        code.ShouldBe(0);
        text.ShouldStartWith($"{said}Run {runId} is cancelled. Every instance notices within 30 seconds");
        (await RunAsync("watch", runId)).Code.ShouldBe(1);
        gate.Open();
        await _host.IdleAsync();
        JsonElement.Parse((await RunAsync("cancel", runId, "--yes", "--json")).Output)
            .GetProperty("state").GetString().ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_run_is_paused_and_resumed()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        var runId = await _host.RequestAsync("anthropic", "cost", new DateOnly(2024, 1, 1), new DateOnly(2024, 12, 31));
        await gate.ReachedAsync();
        var windows = (await _host.RunOfAsync(runId)).Windows.Count;
        var head = $"Run {runId}, production, 2024-01-01 to 2024-12-31: ";
        var counts = $"0 of {windows} windows, 0 rows, $0.00.";

        (await RunAsync("pause", runId, "--dry-run")).ShouldBe(
            (0, $"{head}running, {counts} What is left of it ({windows} windows) would wait until somebody resumes "
                + "it.\nNothing was paused (--dry-run).\n", ""));
        (await RunAsync("pause", runId, "--yes")).Output.ShouldContain($"\nRun {runId} is paused. Every instance ");
        (await RunAsync("watch", runId)).Code.ShouldBe(5);
        (await RunAsync("resume", runId)).ShouldBe(
            (1, $"{head}paused, {counts} Its waiting windows would be read, as far as the day's load jobs go.\n",
                "Nothing was resumed: answer 'yes' or pass --yes.\n"));
        (await RunAsync("resume", runId, "--yes")).Output.ShouldEndWith($"\nRun {runId} is running.\n");

        gate.Open();
        await _host.IdleAsync();
        (await RunAsync("resume", runId, "--yes")).ShouldBe(
            (1, "", $"Run {runId} has completed, so there is nothing to resume.\n"));
        (await RunAsync("pause", runId, "--dry-run")).Output.ShouldEndWith("Nothing was paused (--dry-run).\n");
    }

    [Fact]
    public async Task A_run_that_has_ended_is_not_cancelled()
    {
        var day = new DateOnly(2025, 4, 1);
        var run = await _host.RunAsync("anthropic", "cost", day, day);

        (await RunAsync("cancel", run.RunId, "--yes")).ShouldBe(
            (1, "", $"Run {run.RunId} has completed, so there is nothing to cancel.\n"));
    }

    [Theory]
    [InlineData("list --state done", "--state is 'done'")]
    [InlineData("list --mode prod", "--mode is 'prod'")]
    [InlineData("list --since then", "--since is 'then'")]
    [InlineData("list --limit 0", "--limit is '0'")]
    [InlineData("list --json --csv", "not both")]
    [InlineData("show --state done", "--state is 'done'")]
    [InlineData("cancel", "'cancel'")]
    public void A_wrong_argument_is_named(string arguments, string named) =>
        Create(Open).Parse(arguments).Errors.ShouldContain(error => error.Message.Contains(named));

    [Theory]
    [InlineData(401, "does not let you in")]
    [InlineData(403, "does not let you in")]
    [InlineData(500, "failed: it answered 500.")]
    [InlineData(200, "is not this service's")]
    public async Task A_service_that_answers_something_else_is_named(int status, string said)
    {
        await using var other = await VendorServer.StartAsync();
        other.On("/runs", "<html>Sign in</html>", status: status);

        var (code, _, error) = await RunAsync(
            (_, _) => Task.FromResult(new OpenedService(new HttpClient { BaseAddress = other.Address })), "list");

        code.ShouldBe(3);
        error.ShouldContain(said);
        error.ShouldContain(other.Address.AbsoluteUri);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        var (code, _, error) = await RunAsync(
            (_, _) => Task.FromResult(
                new OpenedService(new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1/") })),
            "list");

        (code, error).ShouldSatisfyAllConditions(
            one => one.code.ShouldBe(3),
            one => one.error.ShouldStartWith("The service at http://127.0.0.1:1/ cannot be reached: "));
    }

    [Theory]
    [InlineData("list", "SERVICE_URL")]
    [InlineData("list --service http://example.com", "'http://example.com'")]
    [InlineData("list --service nowhere", "'nowhere'")]
    [InlineData("list --service https://example.com", "SERVICE_AUDIENCE")]
    public async Task A_service_on_google_cloud_is_named_with_its_audience(string arguments, string named) =>
        (await Should.ThrowAsync<UsageException>(() => RunAsync(RemoteService.OpenAsync, arguments.Split(' '))))
            .Message.ShouldContain(named);

    private Task<OpenedService> Open(ParseResult arguments, CancellationToken cancellationToken) =>
        Task.FromResult(new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress }));

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(Open, arguments);

    private static Task<(int Code, string Output, string Error)> RunAsync(
        OpenService open, params string[] arguments) => RunAsync(open, new TaskCompletionSource(), arguments);

    private static Task<(int Code, string Output, string Error)> RunAsync(
        OpenService open, TaskCompletionSource begun, params string[] arguments) =>
        Create(open).TypeAsync(new ErrorWriter(begun), arguments);

    private static Command Create(OpenService open) => RunsCommand.Create(open, new HurriedTime());

    /// <summary>Says when a first line was written.</summary>
    private sealed class ErrorWriter(TaskCompletionSource begun) : StringWriter
    {
        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            begun.TrySetResult();
        }
    }
}

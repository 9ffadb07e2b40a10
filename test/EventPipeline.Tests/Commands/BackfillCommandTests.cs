using System.CommandLine;
using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.FanOut;
using EventPipeline.Tests.FanOut;
using EventPipeline.Tests.Service;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Commands;

/// <summary>Past days are estimated, asked about, requested and followed.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class BackfillCommandTests : IAsyncLifetime
{
    private static readonly string[] Year =
        ["--from", "2025-01-01", "--to", "2025-12-31", "--vendors", "anthropic", "--reports", "cost"];

    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        LargeBackfill.Arrange(_host);
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task It_says_what_it_comes_to_and_asks_before_anything_is_requested()
    {
        var (code, text, error) = await RunAsync(Year);

        (code, error).ShouldBe((1, "Nothing was requested: answer 'yes' or pass --yes.\n"));
        text.ShouldBe(
            """
            2025-01-01 to 2025-12-31: 12 windows, 365 days of reports.
            why        windows  days
            asked for       12   365  read

            account         requests at least  minutes at least
            anthropic/acme                 12

            All of it is requested today.

            """);
        (await RunAsync([.. Year, "--dry-run"])).ShouldBe((0, $"{text}Nothing was requested (--dry-run).\n", ""));
        (await _host.CountAsync("run_events")).ShouldBe(0);
        _host.Vendor.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_followed_to_its_end_and_what_is_settled_is_left_out_the_next_time()
    {
        var (code, text, error) = await RunAsync([.. Year, "--yes"]);

        code.ShouldBe(0);
        var runId = (await _host.GetAsync("runs"))[0].GetProperty("runId").GetString()!;
        error.ShouldStartWith(
            $"Run {runId} is requested, and goes on without this command: `runs watch {runId}` follows it, "
            + $"`runs pause {runId}` has it wait.\n");
        text.ShouldContain($"\nRun {runId}, production, 2025-01-01 to 2025-12-31: completed, 12 of 12 windows, ");
        (await _host.CountAsync("cost")).ShouldBe(365);

        var again = (await RunAsync([.. Year, "--dry-run"])).Output;
        again.ShouldContain("\nsettled ");
        again.ShouldContain("365  left out\n");
        again.ShouldNotContain("asked for");
    }

    [Fact]
    public async Task As_json_the_estimate_is_that_of_the_run()
    {
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        await _host.RunAsync("anthropic", "cost", new(2025, 1, 1), new(2025, 1, 31));

        var estimate = JsonSerializer.Deserialize<RunEstimate>(
            (await RunAsync([.. Year, "--dry-run", "--json"])).Output, ApiJson.Options)!;
        var run = await _host.RunAsync("anthropic", "cost", new(2025, 1, 1), new(2025, 12, 31));

        var read = run.Windows.Where(window => window.State != "skipped").ToList();
        read.Count.ShouldBeLessThan(run.Windows.Count);
        (estimate.From, estimate.To, estimate.Mode).ShouldBe(
            (new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31), "production"));
        estimate.Windows.ShouldBe(read.Count);
        estimate.Slices.ShouldBe(read.Sum(window => window.To.DayNumber - window.From.DayNumber + 1));
        estimate.Requests.ShouldBe(run.Requests);
        estimate.Warehouse.ShouldBe(run.Warehouse);
        estimate.Reasons.Select(reason => (reason.Why, reason.Skipped, reason.Windows)).ShouldBe(
            run.Windows.GroupBy(window => (window.Why, window.State == "skipped"))
                .Select(same => (same.Key.Why, same.Key.Item2, same.Count())),
            ignoreOrder: true);
        estimate.Warnings.ShouldBeNull();
    }

    /// <summary>
    /// Twenty-five windows never wait. Each of the others takes two load jobs of the few that a day has.
    /// </summary>
    [Fact]
    public async Task What_waits_for_other_days_is_said_with_how_many()
    {
        var vendors = _host.Vendors.Sum(vendor => LoadBudget.DailyWindows(vendor.ReportsOf(
            new Account(vendor.Name, "acme", vendor.DefaultBaseAddress, "env:KEY"))));
        _host.Warehouse.MaxLoadsPerDay = (vendors + 6) * 100 / 80;
        var estimate = JsonElement.Parse((await RunAsync([.. OfLargeBackfill(), "--dry-run", "--json"])).Output);
        var aDay = estimate.GetProperty("warehouse").GetProperty("loadJobsLeft").GetInt32() / 2;
        aDay.ShouldBeInRange(3, 10);

        var (code, text, _) = await RunAsync([.. OfLargeBackfill(), "--yes"]);

        code.ShouldBe(5);
        var run = await _host.RunOfAsync((await _host.GetAsync("runs"))[0].GetProperty("runId").GetString()!);
        var waiting = run.Windows.Count(window => window.State == "waiting");
        waiting.ShouldBeGreaterThan(aDay);
        text.ShouldContain(
            $"\n{waiting} windows wait for other days' load jobs: with a run every morning, all of it is requested "
            + $"within {1 + ((waiting + aDay - 1) / aDay)} days.\n");
        text.ShouldNotContain("usage  20", customMessage: "those that wait are many, and counted");
        // Those of the first run go first.
        text = (await RunAsync([.. OfLargeBackfill(), "--force", "--dry-run"])).Output;
        text.ShouldContain($"\nRun {run.RunId} waits already, and goes first.\n");
    }

    [Fact]
    public async Task What_would_wait_for_ever_is_said()
    {
        _host.Warehouse.MaxLoadsPerDay = 1;

        var (code, text, _) = await RunAsync([.. OfLargeBackfill(), "--dry-run"]);

        code.ShouldBe(0);
        text.ShouldContain("\nDaily runs take every load job that a table has in a day, so what waits is never read: ");
        text.ShouldNotContain("within");
    }

    [Fact]
    public async Task Where_nothing_is_to_be_read_nothing_is_asked_or_requested()
    {
        await _host.RunAsync("anthropic", "cost", new(2025, 1, 1), new(2025, 12, 31));

        var (code, text, error) = await RunAsync(Year);

        (code, error).ShouldBe((0, ""));
        text.ShouldEndWith("There is nothing to read: --force reads settled days again.\n");
        (await _host.GetAsync("runs")).GetArrayLength().ShouldBe(1);
        JsonElement.Parse((await RunAsync([.. Year, "--yes", "--json"])).Output)
            .GetProperty("windows").GetInt32().ShouldBe(0);
    }

    [Theory]
    [InlineData("--to 2025-01-01", "From which day?")]
    [InlineData("--from 2025-01-01 --days 3", "--days")]
    [InlineData("--from 2025-01-01 --force perhaps", "perhaps")]
    public void A_wrong_argument_is_named(string arguments, string named) =>
        Create().Parse(arguments).Errors.ShouldContain(error => error.Message.Contains(named));

    [Theory]
    [InlineData("--from soon", "'soon'")]
    [InlineData("--from 2025-02-30", "does not exist")]
    [InlineData("--from 2023-01-01 --to 2025-01-01", "one run covers at most 366")]
    [InlineData("--from 2025-01-01 --vendors opnai", "Did you mean 'openai'?")]
    public async Task What_no_run_can_be_asked_is_refused_in_the_service_s_own_words(string arguments, string named) =>
        (await Should.ThrowAsync<UsageException>(() => RunAsync(arguments.Split(' '))))
            .Message.ShouldContain(named);

    private string[] OfLargeBackfill()
    {
        var body = JsonElement.Parse(LargeBackfill.Of(_host));
        return
        [
            "--from", body.GetProperty("from").GetString()!,
            "--to", body.GetProperty("to").GetString()!,
            "--vendors", "openai",
            "--reports", .. body.GetProperty("reports").EnumerateArray().Select(report => report.GetString()!),
        ];
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        Create().TypeAsync(arguments);

    private Command Create() => BackfillCommand.Create(
        (_, _) => Task.FromResult(new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress })),
        new HurriedTime());
}

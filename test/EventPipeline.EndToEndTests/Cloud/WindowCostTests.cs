using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// What a window may cost in BigQuery, counted by the stand-in: statements, load jobs, and the 10 MB that are billed at
/// least for a table.
/// </summary>
public sealed class WindowCostTests(CloudBench bench) : IClassFixture<CloudBench>
{
    private const int TablesOfARun = 25;

    // Those that serve any day; a refused window has other costs.
    private static readonly string[] Vendors = ["anthropic", "openai"];
    private static readonly string[] OfAWindow = ["window_look_up", "prove_load", "visible_days", "run_standing"];

    [Fact]
    public async Task A_loaded_window_asks_three_times_and_writes_once_an_unchanged_one_once_each_and_an_ended_one_asks_once()
    {
        bench.Require();
        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        await RunAsync(service, "cost", bench.NextDays(1), 1); // From here on it is known who the account is.
        var day = bench.NextDays(1);

        var (loaded, cost) = await RunAsync(service, "cost", day, 1);

        var window = loaded.Windows.ShouldHaveSingleItem();
        window.State.ShouldBe("loaded");
        Of(cost, OfAWindow).ShouldBe(
            [("window_look_up", 1L), ("prove_load", 1L), ("run_standing", 2L)], ignoreOrder: true, cost.ToString());
        Of(cost, ["insert_slice_versions"]).ShouldBe([("insert_slice_versions", 0L)]);
        Of(cost, ["cost_versions", "raw_page"]).Count().ShouldBe(cost.Loads, cost.ToString());

        var (unchanged, again) = await RunAsync(service, "cost", day, 1);

        unchanged.Windows.ShouldHaveSingleItem().State.ShouldBe("unchanged");
        Of(again, OfAWindow).ShouldBe(
            [("window_look_up", 1L), ("run_standing", 2L)], ignoreOrder: true, again.ToString());
        (Of(again, ["insert_slice_versions"]).Count(), again.Loads).ShouldBe((1, 0));

        await bench.Google.ForgetRequestsAsync();
        await bench.PublishAsync(
            "eventpipeline-fetch",
            new FetchRequested(
                loaded.RunId, RunMode.Production, window.Vendor, window.Account, window.Report, window.From, window.To),
            ("ce-specversion", "1.0"),
            ("ce-id", $"{loaded.RunId}.again"),
            ("ce-source", "//test"),
            ("ce-type", FetchRequested.EventType),
            ("content-type", "application/json"));
        await bench.EveryMessageIsAcknowledgedAsync();

        var ended = await bench.Google.CostsAsync();
        (ended.Queries, ended.Inserts, ended.Loads, ended.TablesBilled).ShouldBe((1, 0, 0, 1), ended.ToString());
        bench.Pushes.Close();
    }

    [Fact]
    public async Task A_run_of_many_windows_costs_what_they_do_and_little_more()
    {
        bench.Require();
        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        await RunAsync(service, null, bench.NextDays(1), 1);
        var from = bench.NextDays(3);

        var (run, first) = await RunAsync(service, null, from, 3);

        var windows = run.Windows.Where(window => window.State != "skipped").ToList();
        windows.Count.ShouldBeGreaterThan(10);
        var tables = first.Jobs.Where(job => job.Label == "prove_load").Sum(Tables);
        Of(first, ["window_look_up"]).Count().ShouldBe(windows.Count, first.ToString());
        Of(first, ["insert_slice_versions"]).Count().ShouldBeInRange(1, windows.Count, first.ToString());
        Of(first, OfAWindow).Count().ShouldBeLessThanOrEqualTo(3 * windows.Count, first.ToString());
        Billed(first).ShouldBeLessThanOrEqualTo((2 * windows.Count) + tables + TablesOfARun, first.ToString());
        first.Inserts.ShouldBeLessThanOrEqualTo(windows.Count + 4, first.ToString());
        first.Jobs.Where(job => job.Kind == "LOAD" && job.Label != "raw_page").LongCount()
            .ShouldBe(tables, first.ToString());

        var (second, again) = await RunAsync(service, null, from, 3);

        windows = [.. second.Windows.Where(window => window.State != "skipped")];
        windows.ShouldAllBe(window => window.State == "unchanged");
        Of(again, ["window_look_up"]).Count().ShouldBe(windows.Count, again.ToString());
        Of(again, ["insert_slice_versions"]).Count().ShouldBeInRange(1, windows.Count, again.ToString());
        (again.Loads, Of(again, ["prove_load", "visible_days"]).Count()).ShouldBe((0, 0), again.ToString());
        Billed(again).ShouldBeLessThanOrEqualTo(
            windows.Count + TablesOfARun + Of(again, ["run_standing"]).Sum(one => one.Tables), again.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine($"{windows.Count} windows\n{first}\n\n{again}");
        bench.Pushes.Close();
    }

    private static IEnumerable<(string Label, long Tables)> Of(StandInCosts costs, string[] labels) =>
        costs.Jobs.Where(job => labels.Contains(job.Label)).Select(job => (job.Label!, Tables(job)));

    /// <summary>How many tables were billed for, but for what the test itself asks while it waits.</summary>
    private static long Billed(StandInCosts costs) =>
        costs.Jobs.Where(job => job.Label is not ("run_events" or "find_plan")).Sum(Tables);

    private static long Tables(StandInCost job) => job.BytesBilled / (10 * 1024 * 1024);

    /// <summary>Runs some days, of all reports or of one, and counts what that costs.</summary>
    private async Task<(RunDocument Run, StandInCosts Costs)> RunAsync(
        CloudService service, string? report, DateOnly from, int days)
    {
        await bench.Google.ForgetRequestsAsync();
        var to = from.AddDays(days - 1);
        var runId = await bench.TriggerAsync(
            report is null
                ? (object)new { from, to, vendors = Vendors }
                : new { from, to, vendors = new[] { "openai" }, reports = new[] { report } });
        var run = await service.EndAsync(runId);
        await bench.EveryMessageIsAcknowledgedAsync();
        return (run, await bench.Google.CostsAsync());
    }
}

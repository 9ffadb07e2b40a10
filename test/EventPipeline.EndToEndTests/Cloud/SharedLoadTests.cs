using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>A day that has more windows than a table takes load jobs.</summary>
public sealed class SharedLoadTests(CloudBench bench) : IClassFixture<CloudBench>
{
    /// <summary>Two for each vendor: windows of several never share one.</summary>
    private const int LoadsPerDay = 12;

    [Fact]
    public async Task A_daily_run_of_more_windows_than_load_jobs_loads_everything_within_them()
    {
        bench.Require();
        await bench.Google.LimitAsync(("loadJobsPerTableAndDay", LoadsPerDay));
        await using var service = await bench.StartServiceAsync(("BigQuery__MaxLoadJobsPerDay", $"{LoadsPerDay}"));
        bench.Pushes.Open(service.Address);

        var run = await service.EndAsync(await bench.TriggerAsync(new { }));

        run.Outcome.ShouldBe("completed");
        var loaded = run.Windows.Where(window => window.State == "loaded").ToList();
        loaded.Count.ShouldBeGreaterThan(LoadsPerDay, "each has pages of its own, and a load job would be refused");
        await bench.EveryMessageIsAcknowledgedAsync();
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        string[] facts = ["messages_usage", "completions_usage", "cost"];
        foreach (var window in loaded.Where(window => facts.Contains(window.Report)))
        {
            await bench.ShouldHaveTruthAsync(
                bench.Vendors, new Window(window.Vendor, window.Account, window.Report, window.From, window.To));
        }

        var costs = await bench.Google.CostsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{loaded.Count} windows\n{costs}");
        costs.Jobs.Where(job => job.Kind == "LOAD").CountBy(job => job.Label ?? "")
            .ShouldAllBe(table => table.Value <= LoadsPerDay);
        bench.Pushes.Close();
    }
}

using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// A year of three Anthropic and three OpenAI accounts, under every quota that Google has. It takes minutes, so it runs
/// only if somebody asks: <c>-class "*YearTests" -explicit on</c>.
/// </summary>
public sealed class YearTests
{
    [Fact(Explicit = true)]
    public async Task A_year_of_six_accounts_is_backfilled_without_a_dead_letter()
    {
        await using var bench = new CloudBench();
        await bench.InitializeAsync();
        bench.Require();
        await using var second = await Simulation.AtAsync(Simulation.Now, seed: 2);
        await using var third = await Simulation.AtAsync(Simulation.Now, seed: 3);
        await using var vendors = await VendorsByKey.StartAsync([bench.Vendors, second, third]);
        var settings = new List<(string, string)>();
        foreach (var (vendor, section) in new[] { ("anthropic", "Anthropic"), ("openai", "OpenAI") })
        {
            settings.Add(($"Vendors__{section}__BaseAddress", vendors.Address.AbsoluteUri));
            foreach (var (index, simulation) in new[] { bench.Vendors, second, third }.Index())
            {
                var account = simulation.Accounts.First(one => (one.Vendor, one.Name) == (vendor, "SIMULATED-acme"));
                var secret = $"{vendor}-{index}";
                await bench.Google.AddSecretAsync(bench.Project, secret, account.Key);
                settings.Add(($"Vendors__{section}__Accounts__{index}__Name", $"acme-{index}"));
                settings.Add((
                    $"Vendors__{section}__Accounts__{index}__Secret", $"projects/{bench.Project}/secrets/{secret}"));
            }
        }

        settings.Add(("Authentication__Operators__Principals__1", CloudTests.RuntimeEmail));
        await using var service = await bench.StartServiceAsync(_ => false, [.. settings]);
        bench.Pushes.Open(service.Address);

        var backfill = await bench.CommandAsync(
            "backfill",
            "--from", "2025-10-01",
            "--to", "2026-09-30",
            "--yes",
            "--service", service.Address.AbsoluteUri,
            "--audience", CloudBench.Audience);

        var costs = await bench.Google.CostsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{backfill.Output}\n{backfill.Error}\n{costs}");
        backfill.ExitCode.ShouldBe(0, backfill.Output + backfill.Error);
        var runId = (await service.GetAsync("runs"))[0].GetProperty("runId").GetString()!;
        var run = await service.RunAsync(runId);
        run.State.ShouldBe("completed");
        run.Windows.Select(window => (window.Vendor, window.Account)).Distinct().Count().ShouldBe(6);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
        costs.Jobs.Where(job => job.Kind == "LOAD").CountBy(job => job.Label ?? "")
            .ShouldAllBe(table => table.Value <= 1_500);
        bench.Pushes.Close();
    }
}

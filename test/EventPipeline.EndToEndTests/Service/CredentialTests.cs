namespace EventPipeline.EndToEndTests.Service;

/// <summary>Keys that vendors refuse, and one organisation under two names.</summary>
public sealed class CredentialTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private static readonly DateOnly Day = new(2098, 2, 3);
    private static readonly object Request = new { from = Day, to = Day, reports = (string[])["cost"] };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_refused_key_is_rejected_with_the_kind_of_key_the_vendor_wants_and_loads_once_it_is_changed()
    {
        const string nonsense = "sk-ant-admin01-nonsense-1234567890";
        var (acme, labs, openai) = (
            simulation.Accounts[0], simulation.Accounts[1], simulation.Accounts.Single(one => one.Vendor == "openai"));
        string runId;
        await using (var service = await RunningService.StartAsync(folder.Path, simulation.Settings(
            ("KEY_ANTHROPIC_0", acme.LimitedKey), ("KEY_ANTHROPIC_1", nonsense), ("KEY_OPENAI_0", openai.LimitedKey))))
        {
            var run = await service.RunToEndAsync(Request);
            runId = run.RunId;

            run.Outcome.ShouldBe("failed");
            run.Windows.Select(window => window.State).ShouldBe(["rejected", "rejected", "refused"]);
            var reasons = run.Windows.ToDictionary(window => (window.Vendor, window.Account), window => window.Reason!);
            reasons[("anthropic", acme.Name)].ShouldContain("403");
            reasons[("anthropic", acme.Name)].ShouldContain("sk-ant-admin01-…");
            reasons[("anthropic", labs.Name)].ShouldContain("401");
            reasons[("anthropic", labs.Name)].ShouldContain("org:admin");
            reasons[("openai", openai.Name)].ShouldContain("sk-admin-…");
            reasons[("openai", openai.Name)].ShouldContain("api.usage.read");

            await service.WaitUntilNothingIsOutstandingAsync();
            var letters = await service.DeadLettersAsync();
            letters.Count.ShouldBe(2, "A report that is refused is none.");
            letters.ShouldAllBe(letter => letter.GetProperty("cause").GetString() == "credential");
            var health = await service.GetAsync("health");
            health.GetProperty("state").GetString().ShouldBe("degraded");
            foreach (var secret in (string[])[acme.LimitedKey, nonsense, openai.LimitedKey])
            {
                foreach (var path in (string[])["runs", $"runs/{runId}", "dead-letters", "status", "vendors", "health"])
                {
                    (await service.GetAsync(path)).GetRawText().ShouldNotContain(secret);
                }

                service.Said.ShouldNotContain(secret);
            }
        }

        await using var mended = await RunningService.StartAsync(folder.Path, simulation.Settings());
        foreach (var letter in await mended.DeadLettersAsync())
        {
            await mended.ReplayAsync(letter.GetProperty("id").GetString()!);
        }

        await Poll.UntilAsync(
            "the rejected windows are loaded after all",
            async () => (await mended.RunAsync(runId)).Windows.Count(window => window.State == "loaded") == 2);
        (await mended.RunToEndAsync(Request)).Outcome.ShouldBe("completed", "What was refused is asked for again.");
        await mended.ShouldEqualTruthAsync(simulation, Day, Day, "cost");
    }

    [Fact]
    public async Task Two_accounts_of_one_organisation_are_told_and_counted_once()
    {
        await using var service = await RunningService.StartAsync(
            folder.Path, simulation.Settings(("KEY_ANTHROPIC_1", simulation.Accounts[0].Key)));

        var run = await service.RunToEndAsync(Request);

        run.Outcome.ShouldBe("failed");
        var rejected = run.Windows.Where(window => window.State == "rejected").ShouldHaveSingleItem();
        rejected.Account.ShouldBe(simulation.Accounts[1].Name);
        rejected.Reason!.ShouldContain("same organisation");
        await service.ShouldHaveTruthAsync(
            simulation, new Window("anthropic", simulation.Accounts[0].Name, "cost", Day, Day));
        await service.ShouldHaveNothingAsync(new Window("anthropic", simulation.Accounts[1].Name, "cost", Day, Day));
    }

    [Fact]
    public async Task A_renamed_account_is_the_same_organisation_and_its_sums_stay()
    {
        await using (var before = await RunningService.StartAsync(folder.Path, simulation.Settings()))
        {
            (await before.RunToEndAsync(Request)).Outcome.ShouldBe("completed");
        }

        await using var service = await RunningService.StartAsync(
            folder.Path, simulation.Settings(("Vendors__Anthropic__Accounts__0__Name", "renamed")));
        var run = await service.RunToEndAsync(new
        {
            from = Day,
            to = Day,
            vendors = (string[])["anthropic"],
            reports = (string[])["cost"],
        });

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldAllBe(window => window.State == "unchanged");
        var truth = await simulation.TruthAsync("anthropic", simulation.Accounts[0].Name, "cost", Day, Day);
        (await service.QueryAsync("""
            SELECT SUM(amount_usd) FROM cost JOIN (SELECT DISTINCT account_id FROM current_slices WHERE account = 'renamed') USING (account_id)
            """))[0][0].GetString().ShouldBe(DecimalAsString.Text(truth[0].Usd));
    }
}

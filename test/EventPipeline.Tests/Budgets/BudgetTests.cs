using System.CommandLine;
using System.Globalization;
using EventPipeline.Anomalies;
using EventPipeline.Budgets;
using EventPipeline.Commands;
using EventPipeline.Load;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Budgets;

/// <summary><c>budgets import</c>, <c>forecast</c>, and what is told of budgets.</summary>
public sealed class BudgetTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private const string Until = "US dollars until 2026-11-15.";

    private const string Columns = "scope,name,monthly_usd,from\n";

    /// <summary>Monday; Sunday is the last day that is in.</summary>
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 16, 6, 0, 0, TimeSpan.Zero));

    private readonly TemporaryFolder _folder = new();
    private readonly Facts _facts = new(file);

    /// <summary>Ten dollars a day from the 7th of September on, one dollar of them on a key of a team.</summary>
    public async ValueTask InitializeAsync()
    {
        await OnEveryDayAsync(
            "slice_versions (vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, "
            + "amount_usd, estimated_usd, digest, grain, normaliser_version, state, pinned, run_id, window_id, "
            + "committed_at) SELECT 'anthropic', 'org-1', 'acme', 'cost', usage_date, 'c', moment, 2, 0, 10, 0, 'd', "
            + "'line.v1', 1, 'loaded', FALSE, 'run', 'window', moment");
        foreach (var (key, usd) in new[] { ("k1", 1), ("k2", 9) })
        {
            await OnEveryDayAsync(
                "cost_versions (vendor, account_id, report, grain, usage_date, load_id, bucket_start, bucket_width, "
                + "row_key, api_key_id, currency, basis, amount_usd) SELECT 'anthropic', 'org-1', 'cost', 'line.v1', "
                + $"usage_date, 'c', moment, '1d', usage_date || '{key}', '{key}', 'USD', 'billed', {usd}");
        }

        await _facts.InsertAsync(
            "person_history",
            ("vendor", "anthropic"),
            ("kind", "api_key"),
            ("id", "k1"),
            ("valid_from", new DateOnly(2026, 1, 1)),
            ("team", "Research"),
            ("recorded_at", Facts.Morning(0)));
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await file.EmptyAsync();
    }

    [Fact]
    public async Task A_forecast_stands_beside_its_budget_with_what_it_was_off_in_past_months()
    {
        (await ImportAsync("vendor,anthropic,400,2026-11-01\nteam,Research,20,2026-09-01\n", "--yes"))
            .ExitCode.ShouldBe(0);

        (await RunAsync("forecast", "--csv")).Output.ShouldBe(
            "month,vendor,spent_usd,until,forecast_usd,budget_usd,past_errors_percent\r\n"
            + "2026-11,anthropic,150,2026-11-15,300,400,0\r\n");
        (await RunAsync("forecast", "--by", "account", "--csv")).Output.ShouldContain(
            "2026-11,anthropic/acme,150,2026-11-15,300,,0\r\n");
        var teams = (await RunAsync("forecast", "--by", "team")).Output;
        teams.ShouldMatch(@"Research +15\.00");
        teams.ShouldContain("30.00");
        teams.ShouldContain("150 %");
        teams.ShouldContain("(none)");
        teams.ShouldContain("Forecast: billed so far");
    }

    [Fact]
    public async Task A_budget_without_money_is_named()
    {
        await ImportAsync("vendor,openai,400,2026-11-01\n", "--yes");

        (await RunAsync("forecast")).Output.ShouldContain("Nothing was billed of these budgets: openai.");
        (await RunAsync("forecast", "--csv")).Output.ShouldEndWith("2026-11,openai,0,,,400,\r\n");
    }

    [Fact]
    public async Task A_budget_counts_from_its_month_until_the_next_and_ends_with_an_empty_amount()
    {
        await ImportAsync(
            "vendor,anthropic,400,2026-09-01\nvendor,anthropic,500,2026-11-01\nvendor,anthropic,,2026-12-01\n",
            "--yes");

        (await file.AskAsync("SELECT valid_from, valid_until, monthly_usd FROM budget ORDER BY 1")).ShouldBe(
        [
            [new DateOnly(2026, 9, 1), new DateOnly(2026, 10, 31), 400m],
            [new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30), 500m],
        ]);
        (await ImportAsync("vendor,anthropic,500,2026-11-01\n")).Output.ShouldContain("0 changes.");
        (await ImportAsync("vendor,anthropic,450.50,2026-11-01\n", "--dry-run")).Output.ShouldContain(
            "vendor anthropic from 2026-11-01 on: 450.50 US dollars a month, was 500.00 US dollars a month");
    }

    [Theory]
    [InlineData("vendor,antropic,400,2026-11-01", "'antropic' is not a vendor. Did you mean 'anthropic'?")]
    [InlineData("account,acme,400,2026-11-01", "'acme' is not an account, which is written vendor/name.")]
    [InlineData("team,Reserch,400,2026-11-01", "'Reserch' is not a team. Did you mean 'Research'?")]
    [InlineData("person,ada,400,2026-11-01", "'person' is not a scope.")]
    [InlineData("vendor,anthropic,-1,2026-11-01", "'monthly_usd' is '-1', not US dollars a month")]
    [InlineData("vendor,anthropic,1e3x,2026-11-01", "'monthly_usd' is '1e3x', not US dollars a month")]
    [InlineData("vendor,anthropic,400,2026-11-02", "'from' is 2026-11-02: a budget begins with a month")]
    [InlineData("vendor,anthropic,400,", "the from is missing.")]
    [InlineData(
        "vendor,anthropic,400,2026-11-01\nvendor,anthropic,500,2026-11-01",
        "Line 3: line 2 has a budget of vendor anthropic from 2026-11-01 on too.")]
    public async Task A_mistake_anywhere_means_that_nothing_is_taken(string lines, string mistake)
    {
        var import = await ImportAsync(lines + "\n", "--yes");

        import.ExitCode.ShouldBe(1);
        import.Error.ShouldContain(mistake);
        (await file.AskAsync("SELECT * FROM budget")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_spent_and_what_will_be_is_told_of_vendors_accounts_and_teams()
    {
        await ImportAsync(
            "vendor,anthropic,300,2026-11-01\naccount,anthropic/acme,180,2026-11-01\nteam,Research,15,2026-11-01\n",
            "--yes");

        var found = await new BudgetUse(file.Warehouse).FindAsync(
            WarehouseFixture.Dataset, new DateOnly(2026, 11, 15), TestContext.Current.CancellationToken);

        found.Select(one => one.Reason).ShouldBe(
        [
            $"50 % of the budget of account anthropic/acme for 2026-11 is spent: 150.00 of 180.00 {Until}",
            $"80 % of the budget of account anthropic/acme for 2026-11 is spent: 150.00 of 180.00 {Until}",
            "The forecast of account anthropic/acme for 2026-11 is 300.00 US dollars, 167 % of its budget; spent are "
            + $"150.00 of 180.00 {Until}",
            $"50 % of the budget of team Research for 2026-11 is spent: 15.00 of 15.00 {Until}",
            $"80 % of the budget of team Research for 2026-11 is spent: 15.00 of 15.00 {Until}",
            $"100 % of the budget of team Research for 2026-11 is spent: 15.00 of 15.00 {Until}",
            $"50 % of the budget of vendor anthropic for 2026-11 is spent: 150.00 of 300.00 {Until}",
        ]);
        found[0].Whose.ShouldBe(new Suspect("anthropic", "acme"));
        found[3].Whose.ShouldBe(new Suspect(Team: "Research"));
    }

    [Fact]
    public void Twenty_budgets_at_each_part_and_twenty_that_are_forecast_to_be_passed_are_all_told()
    {
        var until = new DateOnly(2026, 11, 15);
        var budgets = Enumerable.Range(1, 20).Select(i =>
            new Budget(Budget.Team, $"team {i}", new DateOnly(2026, 11, 1), 100 * i)).ToList();
        IEnumerable<string> Told(decimal spent, decimal forecast) => budgets
            .SelectMany(budget => BudgetUse.Judge(
                budget,
                new MonthForecast(
                    budget.MonthlyUsd!.Value * spent / 100, until, budget.MonthlyUsd!.Value * forecast / 100)))
            .Select(one => one.Kind + one.Which);

        Told(49.999999m, 100).ShouldBeEmpty();
        Told(50, 100).ShouldBe(Enumerable.Repeat("budget2026-11 50 %", 20));
        Told(80, 100).Count(told => told == "budget2026-11 80 %").ShouldBe(20);
        Told(100, 100).Count(told => told == "budget2026-11 100 %").ShouldBe(20);
        Told(49, 100.1m).ShouldBe(Enumerable.Repeat("forecast2026-11", 20));
        Told(100, 200).Count(told => told == "forecast2026-11").ShouldBe(0, "What is spent is told as that.");
    }

    [Fact]
    public async Task What_was_found_is_listed_by_its_day_or_by_when_it_was_found()
    {
        var old = new Anomaly(
            "stale", new Suspect("openai", "acme", "org-2", "cost"), new DateOnly(2026, 9, 1), 1_800, 25, "hours",
            "openai/acme/cost is complete until 2026-09-01 only, 1800 hours ago.", "2026-09-01");
        await new AnomalyRegister(file.Warehouse).AddAsync(
            WarehouseFixture.Dataset, [old, old], "run", TestContext.Current.CancellationToken);
        (await new AnomalyRegister(file.Warehouse).AddAsync(
            WarehouseFixture.Dataset, [old], "later", TestContext.Current.CancellationToken)).ShouldBeEmpty();

        (await RunAsync("anomalies")).Output.ShouldContain("2026-09-01  stale  openai/acme/cost is complete until");
        (await RunAsync("anomalies", "--kind", "stale", "--csv")).Output.ShouldBe(
            "day,kind,vendor,account,report,team,value,expected,unit,reason,run_id\r\n"
            + "2026-09-01,stale,openai,acme,cost,,1800,25,hours,"
            + "\"openai/acme/cost is complete until 2026-09-01 only, 1800 hours ago.\",run\r\n");
        (await RunAsync("anomalies", "--kind", "cost")).Output.ShouldBe(
            "Nothing unusual was found of the kind cost since 2026-11-09.\n");
        (await RunAsync("anomalies", "--kind", "cots")).Error.ShouldContain("Did you mean 'cost'?");
    }

    private Task<bool> OnEveryDayAsync(string rows) => file.Warehouse.ExecuteAsync(
        WarehouseFixture.Dataset,
        $"rows-{Guid.NewGuid():N}",
        new Statement(
            "rows",
            $"INSERT INTO {{dataset}}.{rows} FROM (SELECT CAST(day AS DATE) AS usage_date, "
            + "CAST(day AS TIMESTAMPTZ) AS moment FROM range(DATE '2026-09-07', DATE '2026-11-16', INTERVAL 1 DAY) "
            + "AS days(day)) AS d",
            new Dictionary<string, object?>()),
        TestContext.Current.CancellationToken);

    private async Task<(int ExitCode, string Output, string Error)> ImportAsync(string lines, params string[] more)
    {
        var path = Path.Combine(_folder.Path, "budgets.csv");
        await File.WriteAllTextAsync(path, Columns + lines, TestContext.Current.CancellationToken);
        return await RunAsync(["budgets", "import", path, .. more]);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        Task<OpenedWarehouse> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            Task.FromResult(new OpenedWarehouse(file.Warehouse, WarehouseFixture.Dataset, new object()));
        var root = new RootCommand
        {
            BudgetsCommand.Create(OpenAsync, Clock), ForecastCommand.Create(OpenAsync, Clock),
            AnomaliesCommand.Create(OpenAsync, Clock),
        };
        await using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        await using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var exitCode = await root.Parse(arguments).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}

using System.Globalization;
using EventPipeline.Ledger;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>Everything there is to read, against what the vendors say of themselves.</summary>
public sealed class TruthTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private static readonly DateOnly Yesterday = new(2098, 6, 14);

    /// <summary>Reports whose money is an estimate.</summary>
    private static readonly string[] Estimates = ["claude_code", "daily_activity"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_sum_of_every_report_is_the_vendors_to_the_last_decimal()
    {
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings());

        var run = await service.RunToEndAsync(new { days = 10 });

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldAllBe(window => window.State == "loaded" || window.State == "empty");
        run.Windows.Select(window => (window.Vendor, window.Account, window.Report))
            .Distinct()
            .Count()
            .ShouldBe(4 + 4 + 9 + 4 + 5 + 1 + 13 + 3);
        await service.ShouldEqualTruthAsync(simulation, Yesterday.AddDays(-9), Yesterday);
        await TotalsShouldEqualTruthAsync(run);
        (await service.QueryAsync("SELECT COUNT(*) FROM entity"))[0][0].GetInt64()
            .ShouldBe(run.Windows.Where(window => window.Report == "names").Sum(window => window.Rows));
        (await service.QueryAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0][0].GetString()
            .ShouldBe(DecimalText(run.Totals.BilledUsd), "Estimates are never part of what is billed.");
    }

    [Fact]
    public async Task A_day_restated_by_the_vendor_is_the_vendors_again_and_both_versions_are_kept()
    {
        var (from, to) = (Yesterday.AddDays(-5), Yesterday);
        string[] reports = ["messages_usage", "cost", "claude_code", "completions_usage", "daily_activity"];

        // The described vendor restates a day for longer than its description says; a setting of its own says how long.
        (string, string) longer = ("Vendors__Other__litellm__Reports__daily_activity__SettledAfterDays", "3");
        await using (var before = await RunningService.StartAsync(folder.Path, simulation.Settings(longer)))
        {
            (await before.RunToEndAsync(new { days = 6, reports })).Outcome.ShouldBe("completed");
            await before.ShouldEqualTruthAsync(simulation, from, to, reports);
        }

        await using var later = await Simulation.AtAsync("2098-06-16T06:00:00Z");
        await using var service = await RunningService.StartAsync(
            folder.Path, later.Settings(longer), "2098-06-16T06:00:00Z");
        var run = await service.RunToEndAsync(new { reports });

        run.Windows.ShouldContain(window => window.Why == "read again" && window.State == "loaded");
        await service.ShouldEqualTruthAsync(later, from, to.AddDays(1), reports);
        await RestatementsShouldBeAsync(service, later, from, to, reports);

        var again = await service.RunToEndAsync(new { reports });
        again.Windows.ShouldAllBe(window => window.State == "unchanged");
        await RestatementsShouldBeAsync(service, later, from, to, reports);
    }

    /// <summary>
    /// Exactly the days that the vendor changed are restatements, from the old numbers to the new; the old rows are
    /// still there.
    /// </summary>
    private async Task RestatementsShouldBeAsync(
        RunningService service, Simulation later, DateOnly from, DateOnly to, string[] reports)
    {
        var expected = new List<string>();
        foreach (var account in simulation.Accounts)
        {
            foreach (var report in
                account.Reports.Where(report => reports.Contains(Views.ReportName(account.Vendor, report))))
            {
                var old = await simulation.TruthAsync(account.Vendor, account.Name, report, from, to);
                var @new = await later.TruthAsync(account.Vendor, account.Name, report, from, to);
                expected.AddRange(old.Zip(@new)
                    .Where(pair => pair.First.ToString() != pair.Second.ToString())
                    .Select(pair => string.Create(
                        CultureInfo.InvariantCulture,
                        $"{account.Vendor} {account.Name} {Views.ReportName(account.Vendor, report)} "
                            + $"{pair.First.Day:yyyy-MM-dd} {DecimalText(pair.First.Usd)} "
                            + $"{DecimalText(pair.Second.Usd)}")));
            }
        }

        expected.ShouldNotBeEmpty("The vendor restated something.");
        var rows = await service.QueryAsync("""
            SELECT vendor, account, report, usage_date,
              CAST(previous_amount_usd + previous_estimated_usd AS VARCHAR), CAST(amount_usd + estimated_usd AS VARCHAR),
              previous_load_id, load_id
            FROM restatements
            """);
        rows.Select(
            row => $"{row[0]} {row[1]} {row[2]} {row[3]} {Trimmed(row[4].GetString()!)} {Trimmed(row[5].GetString()!)}")
            .Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            var kept = await service.QueryAsync($"""
                SELECT (SELECT COUNT(*) FROM usage_versions WHERE load_id = '{row[6]}' AND usage_date = '{row[3]}')
                  + (SELECT COUNT(*) FROM cost_versions WHERE load_id = '{row[6]}' AND usage_date = '{row[3]}'),
                  (SELECT previous_row_count - (CASE report WHEN 'claude_code' THEN
                    (SELECT COUNT(*) FROM activity_versions WHERE load_id = '{row[6]}' AND usage_date = '{row[3]}') ELSE 0 END)
                   FROM restatements WHERE load_id = '{row[7]}' AND usage_date = '{row[3]}')
                """);
            kept[0][0].GetInt64().ShouldBe(kept[0][1].GetInt64());
        }
    }

    private async Task TotalsShouldEqualTruthAsync(RunDocument run)
    {
        var truth = new Dictionary<(string, string, string), (decimal Tokens, decimal Usd, decimal Own)>();
        foreach (var account in simulation.Accounts)
        {
            foreach (var report in account.Reports)
            {
                var days = await simulation.TruthAsync(
                    account.Vendor, account.Name, report, Yesterday.AddDays(-9), Yesterday);
                truth[(account.Vendor, account.Name, Views.ReportName(account.Vendor, report))] = (
                    days.Sum(day => day.Tokens),
                    days.Sum(day => day.Usd),
                    days.Sum(day => day.Quantities.GetValueOrDefault("byok_usage_inference")));
            }
        }

        foreach (var windows in
            run.Windows.Where(window => window.Report is not ("names" or "seats" or "spend" or "credits"))
                .GroupBy(window => (window.Vendor, window.Account, window.Report)))
        {
            var (tokens, usd, own) = truth[windows.Key];
            var isEstimate = Estimates.Contains(windows.Key.Report);
            var isPriced = windows.Key.Report == "usage_events";
            windows.Sum(window => window.BilledUsd).ShouldBe(isEstimate || isPriced ? 0 : usd, $"{windows.Key}");
            windows.Sum(window => window.EstimatedUsd).ShouldBe(isEstimate ? usd : 0, $"{windows.Key}");

            // Of OpenRouter, what an account's own key at the model's vendor pays for.
            windows.Sum(window => window.OtherUsd?.GetValueOrDefault("priced_usage") ?? 0)
                .ShouldBe(isPriced ? usd : own, $"{windows.Key}");

            // The tokens of Claude Code repeat those of the usage report and are no usage of their own.
            windows.Sum(window => window.Tokens)
                .ShouldBe(windows.Key.Report == "claude_code" ? 0 : (long)tokens, $"{windows.Key}");
        }

        run.Totals.BilledUsd.ShouldBe(
            truth.Where(one => one.Key.Item3 != "usage_events" && !Estimates.Contains(one.Key.Item3))
                .Sum(one => one.Value.Usd));
        run.Totals.EstimatedUsd.ShouldBe(
            truth.Where(one => Estimates.Contains(one.Key.Item3)).Sum(one => one.Value.Usd));
    }

    private static string DecimalText(decimal value) => DecimalAsString.Text(value);

    private static string Trimmed(string value) =>
        DecimalText(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
}

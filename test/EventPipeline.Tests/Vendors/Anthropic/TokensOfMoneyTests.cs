using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.Local.Simulator;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using EventPipeline.Vendors.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>The query of the vendor's README, which finds the tokens that cost lines do not tell.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed partial class TokensOfMoneyTests
{
    private const int Seed = 5;

    [Theory]
    [InlineData("console", "SIMULATED-acme")]
    [InlineData("console_analytics", "SIMULATED-acme")]
    [InlineData("enterprise", "SIMULATED-enterprise")]
    public async Task The_documented_query_has_all_money_of_tokens_and_the_tokens_beside_it(
        string source, string account)
    {
        await using var vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());
        await using var host = await StartServiceAsync(vendor, source, account);
        var (from, to) = (host.Today.AddDays(-9), host.Yesterday);
        var run = await host.RunAsync(
            $$"""{"vendors":["anthropic"],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"}""");
        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));

        var rows = await host.AskAsync(
            $"SELECT COUNT(*), COUNT(usd_per_million), SUM(tokens), SUM(amount_usd) FROM ({Query(from, to)}) AS q");

        var days = FormattableString.Invariant($"usage_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'");
        var lines = $"FROM cost WHERE token_type IS NOT NULL AND {days}";
        var kinds = Exact(
            await host.ValueAsync(
                "SELECT COUNT(*) FROM (SELECT DISTINCT usage_date, account_id, sub_account_id, model, token_type "
                    + $"{lines})"));
        kinds.ShouldBeGreaterThan(50);
        rows[0].Select(Exact).ShouldBe(
            [
                kinds, kinds,
                Exact(await host.ValueAsync(
                    $"SELECT SUM(total_tokens) FROM daily_usage WHERE {days} AND model IS NOT NULL")),
                Exact(await host.ValueAsync($"SELECT SUM(amount_usd) {lines}")),
            ]);
    }

    private static string Query(DateOnly from, DateOnly to)
    {
        var readme = File.ReadAllText(
            Path.Combine(
                Repository.Root.FullName, "src", "EventPipeline", "Vendors", "Anthropic", "README.md"));
        var days = 0;
        var query = Day().Replace(
            Fence().Match(readme).Groups["sql"].Value,
            _ => (days++ % 2 == 0 ? from : to).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        days.ShouldBe(4, "Both tables are filtered by the first and the last day.");
        return query;
    }

    private static Task<ServiceHost> StartServiceAsync(SimulatorHost vendor, string source, string account)
    {
        var key = SimulatedVendors.All.SelectMany(one => one.Accounts(Seed))
            .Single(one => one.Vendor == "anthropic" && one.Name == account).Key;
        return ServiceHost.StartAsync(
            null,
            [("Anthropic", "acme", key)],
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                [
                    new("Vendors:Anthropic:BaseAddress", vendor.Address),
                    new("Vendors:Anthropic:Accounts:0:Source", source),
                ]);
                builder.Services.AddSingleton(new BackPressure(TimeProvider.System) { KeepsToLimits = false });
            });
    }

    private static decimal Exact(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    [GeneratedRegex("```sql\n(?<sql>[^`]+)```")]
    private static partial Regex Fence();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}")]
    private static partial Regex Day();
}

using System.Text.Json;
using System.Text.RegularExpressions;
using EventPipeline.Tests;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>
/// The queries of <c>docs/data.md</c> and of the dashboard answer what they say, asked of a month of every vendor.
/// </summary>
public sealed partial class WorkedQueryTests : IDisposable
{
    private const string Now = "2026-12-01T06:00:00Z";

    /// <summary>All but the one whose vendor allows sixty requests a minute: a month of it takes four.</summary>
    private static readonly string[] Accounts = ["SIMULATED-acme", "SIMULATED-labs"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_query_of_the_page_and_of_the_dashboard_has_an_answer()
    {
        var page = await ReadAsync("docs", "data.md");
        var panels = Panels(await ReadAsync("dashboards", "grafana.json"));
        var queries = Query().Matches(page).Select(query => query.Groups[1].Value).ToList();
        queries.Count.ShouldBe(30);
        await using var simulation = await Simulation.AtAsync(Now);
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings(), Now);
        (await service.RunToEndAsync(new { days = 30, accounts = Accounts })).Outcome.ShouldBe("completed");

        foreach (var query in queries)
        {
            (await service.QueryAsync(query)).ShouldNotBeEmpty(query);
        }

        foreach (var (title, query) in panels)
        {
            // Every day was read once: no vendor changed one afterwards.
            (await service.QueryAsync(query)).Any().ShouldBe(title != "What vendors changed afterwards", title);
        }
    }

    private static Task<string> ReadAsync(params string[] path) => File.ReadAllTextAsync(
        Path.Combine([Repository.Root.FullName, .. path]), TestContext.Current.CancellationToken);

    /// <summary>The queries of the panels, of the month, by their titles.</summary>
    private static List<(string? Title, string Query)> Panels(string dashboard) =>
    [
        .. from panel in JsonDocument.Parse(dashboard).RootElement.GetProperty("panels").EnumerateArray()
           from target in panel.GetProperty("targets").EnumerateArray()
           let query = target.GetProperty("rawSql").GetString()!
               .Replace("${dataset}.", "", StringComparison.Ordinal)
               .Replace("${__from:date:YYYY-MM-DD}", "2026-11-01", StringComparison.Ordinal)
               .Replace("${__to:date:YYYY-MM-DD}", "2026-11-30", StringComparison.Ordinal)
           select (panel.GetProperty("title").GetString(), query),
    ];

    [GeneratedRegex(@"^```sql\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Query();
}

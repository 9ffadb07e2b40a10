using System.Text.RegularExpressions;
using EventPipeline.Tests;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The queries of <c>docs/data.md</c> answer what they say, asked of a month of every vendor.</summary>
public sealed partial class WorkedQueryTests : IDisposable
{
    private const string Now = "2026-12-01T06:00:00Z";

    /// <summary>All but the one whose vendor allows sixty requests a minute: a month of it takes four.</summary>
    private static readonly string[] Accounts = ["SIMULATED-acme", "SIMULATED-labs"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_query_of_the_page_has_an_answer()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root.FullName, "docs", "data.md"), TestContext.Current.CancellationToken);
        var queries = Query().Matches(page).Select(query => query.Groups[1].Value).ToList();
        queries.Count.ShouldBe(30);
        await using var simulation = await Simulation.AtAsync(Now);
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings(), Now);
        (await service.RunToEndAsync(new { days = 30, accounts = Accounts })).Outcome.ShouldBe("completed");

        foreach (var query in queries)
        {
            (await service.QueryAsync(query)).ShouldNotBeEmpty(query);
        }
    }

    [GeneratedRegex(@"^```sql\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Query();
}

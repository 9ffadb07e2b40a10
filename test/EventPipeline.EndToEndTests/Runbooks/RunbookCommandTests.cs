using System.Text.Json;
using System.Text.RegularExpressions;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.EndToEndTests.Warehouse;
using EventPipeline.Tests.OnCall;

namespace EventPipeline.EndToEndTests.Runbooks;

/// <summary>Commands that runbooks and alerts tell, as the real programs take them.</summary>
public sealed partial class RunbookCommandTests(LargeDataset dataset) : IClassFixture<LargeDataset>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static List<ToldCommand> Told => [.. ToldCommand.OfRunbooks(), .. ToldCommand.OnCall()];

    public void Dispose() => folder.Dispose();

    /// <summary>gcloud itself checks the command, its arguments and its flags, and does nothing.</summary>
    [Fact]
    public async Task Gcloud_knows_every_command_and_flag()
    {
        var commands = Told.Select(command => command.Text.Replace("PROJECT", "project", StringComparison.Ordinal))
            .Where(text => text.StartsWith("gcloud ", StringComparison.Ordinal))
            .Select(text => Now().Replace(text, "2026-11-27T06:00:00Z"))
            .Distinct()
            .ToList();
        commands.Count.ShouldBeGreaterThan(20);
        var file = Path.Combine(folder.Path, "commands.txt");
        await File.WriteAllLinesAsync(
            file, commands.Select(command => $"```\n{command}\n```"), TestContext.Current.CancellationToken);
        using var gcloud = new Gcloud(new Uri("http://127.0.0.1:1"), "project");

        var checks = JsonElement.Parse(
            await gcloud.RunAsync(
                ["meta", "lint-gcloud-commands", $"--commands-text-file={file}"],
                TestContext.Current.CancellationToken));

        checks.EnumerateArray().Where(check => !check.GetProperty("success").GetBoolean())
            .Select(check => $"{check.GetProperty("command_string")}: {check.GetProperty("error_message")}")
            .ShouldBeEmpty();
        checks.GetArrayLength().ShouldBe(commands.Count);
    }

    /// <summary>By BigQuery's rules: every name is there, and facts are asked for days.</summary>
    [Fact]
    public async Task Every_query_is_answered()
    {
        var queries = Told.Where(command => command.Words is ["bq", "query", ..])
            .Select(command => Quoted().Match(command.Text).Groups[1].Value)
            .Distinct()
            .ToList();
        queries.Count.ShouldBeGreaterThan(7);

        foreach (var query in queries)
        {
            var sql = query.Replace("ai_usage_analytics", LargeDataset.Name, StringComparison.Ordinal)
                .Replace("PROJECT.", $"{WarehouseServer.Project}.", StringComparison.Ordinal);

            // What the stand-in's SQL has no word for.
            sql = Before().Replace(sql, "_ADD($1, INTERVAL (-$2) DAY)");
            sql = AsOf().Replace(sql, "")
                .Replace("DATE_TRUNC(CURRENT_DATE(), MONTH)", "CURRENT_DATE()", StringComparison.Ordinal);
            (await dataset.RefusalAsync(sql)).ShouldBe("", query);
        }
    }

    [GeneratedRegex(@"\$\(date [^)]*\)")]
    private static partial Regex Now();

    [GeneratedRegex(@"_SUB\((\w+\(\)), INTERVAL (\d+) DAY\)")]
    private static partial Regex Before();

    [GeneratedRegex(" FOR SYSTEM_TIME AS OF TIMESTAMP \"[^\"]+\"")]
    private static partial Regex AsOf();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}

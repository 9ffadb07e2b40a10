using System.Diagnostics;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;

namespace EventPipeline.Benchmarks.Day;

/// <summary>
/// What a daily run costs on one machine, start and simulated vendors included: the first, which fills the gaps of a
/// month, one that finds nothing new, and one that finds nothing new over a year of data.
/// </summary>
internal static class DayTopic
{
    private const string Now = "2026-11-23T06:00:00Z";
    private const string LastClosed = "2026-11-22";
    private const string YearAgo = "2025-11-23";

    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("A day");
        var first = new Run(table, "first run", Goal.AtMost(6));
        var unchanged = new Run(table, "unchanged run", Goal.AtMost(1.5));
        for (var round = 1; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"A day: round {round} of {bench.Rounds} …");
            var folder = bench.NewFolder();
            await first.MeasureAsync(folder, Limit(bench), cancellationToken);
            await unchanged.MeasureAsync(folder, Limit(bench), cancellationToken);
        }

        if (!bench.IsSmoke)
        {
            await Bench.TellAsync("A day: a year of data …");
            var folder = bench.NewFolder();
            await new Run(table, "backfill of 365 days").MeasureAsync(
                folder, [.. Limit(bench), "--from", YearAgo, "--to", LastClosed], cancellationToken);
            var flat = new Run(table, "unchanged run over 365 days", Goal.RatioAtMost(1.1), unchanged);
            for (var round = 1; round <= bench.Rounds; round++)
            {
                await flat.MeasureAsync(folder, Limit(bench), cancellationToken);
            }
        }

        return [table];
    }

    // One window is enough to see that it works. Otherwise the vendors that serve a year.
    private static string[] Limit(Bench bench) => bench.IsSmoke
        ? ["--vendors", "openai", "--reports", "cost", "--from", LastClosed, "--to", LastClosed]
        : ["--vendors", "anthropic,openai"];

    /// <summary>One kind of run.</summary>
    private sealed class Run(Table table, string name, Goal? goal = null, Run? shorter = null)
    {
        private readonly Line _cpu = table.Add(name, "CPU s", shorter?._cpu, goal);
        private readonly Line _wall = table.Add($"{name}: on the clock", "s");
        private readonly Line _windows = table.Add($"{name}: windows", "windows");

        public async Task MeasureAsync(
            string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        {
            var began = Stopwatch.GetTimestamp();
            await using var process = ChildProcess.StartDotnet(
                Bench.Local,
                ["run", "--json", "--data", Path.Combine(folder, "data"), "--now", Now, .. arguments],
                new Dictionary<string, string>(),
                folder);
            _cpu.Add(await process.ExitAsync(cancellationToken));
            _wall.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            _windows.Add(CountWindows(process.Said));
        }

        private static int CountWindows(string said)
        {
            var run = said[said.IndexOf('{', StringComparison.Ordinal)..];
            using var document = System.Text.Json.JsonDocument.Parse(run[..(run.LastIndexOf('}') + 1)]);
            return document.RootElement.GetProperty("windows").GetArrayLength();
        }
    }
}

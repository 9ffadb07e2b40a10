using System.Diagnostics;
using EventPipeline.Benchmarks.Door;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;

namespace EventPipeline.Benchmarks.Start;

/// <summary>
/// What a start costs until the first success of a probe, in CPU of the process, on the clock and in memory, beside an
/// application that does nothing.
/// </summary>
internal static class StartTopic
{
    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("A start");
        await using var cloud = await Cloud.StartAsync(bench, new Dictionary<string, string>(), cancellationToken);
        var bare = new Program(
            table, "bare, ReadyToRun", () => BareApp.Begin(bench, bench.BareReadyToRun), "liveness");
        Program[] programs =
        [
            new(table, "bare, JIT", () => BareApp.Begin(bench, Bench.BareBuilt), "liveness"),
            bare,
            new(table, "deployable to /liveness", cloud.Begin, "liveness", bare, Goal.AtMost(500)),
            new(table, "deployable to /ready", cloud.Begin, "ready", bare, Goal.AtMost(500)),
        ];
        for (var round = 1; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"A start: round {round} of {bench.Rounds} …");
            foreach (var program in programs)
            {
                await program.MeasureAsync(cancellationToken);
            }
        }

        return [table];
    }

    /// <summary>One program that is started.</summary>
    private sealed class Program(
        Table table, string name, Func<RunningService> begin, string probe, Program? bare = null, Goal? wall = null)
    {
        private readonly Line _cpu = table.Add(name, "CPU s", bare?._cpu);
        private readonly Line _wall = table.Add($"{name}, on the clock", "ms", bare?._wall, wall);
        private readonly Line _memory = table.Add($"{name}, peak memory", "MB", bare?._memory);

        public async Task MeasureAsync(CancellationToken cancellationToken)
        {
            var began = Stopwatch.GetTimestamp();
            await using var service = begin();
            await Web.UntilSuccessAsync(service.Http, probe, service.Process, cancellationToken);
            _wall.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            _cpu.Add(service.Process.CpuSeconds);
            _memory.Add(service.Process.PeakMegabytes);
        }
    }
}

using EventPipeline.Benchmarks;
using EventPipeline.Benchmarks.Day;
using EventPipeline.Benchmarks.Door;
using EventPipeline.Benchmarks.Memory;
using EventPipeline.Benchmarks.Plan;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Rows;
using EventPipeline.Benchmarks.Start;
using EventPipeline.Benchmarks.Views;
using EventPipeline.Benchmarks.Windows;

// How fast, how small and how cheap the service is, each figure beside its baseline: docs/performance.md.
var topics = new OrderedDictionary<string, Func<Bench, CancellationToken, Task<IReadOnlyList<Table>>>>
{
    ["rows"] = RowsTopic.MeasureAsync,
    ["door"] = DoorTopic.MeasureAsync,
    ["start"] = StartTopic.MeasureAsync,
    ["day"] = DayTopic.MeasureAsync,
    ["window"] = WindowTopic.MeasureAsync,
    ["memory"] = MemoryTopic.MeasureAsync,
    ["plan"] = PlanTopic.MeasureAsync,
    ["views"] = ViewsTopic.MeasureAsync,
};
if (Arguments.Parse(args, topics.Keys) is not { } arguments)
{
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => (pressed.Cancel, _) = (true, stop.CancelAsync());
var earlier = arguments.Before is { } file ? await EarlierFigures.ReadAsync(file, stop.Token) : null;
using var bench = await Bench.PrepareAsync(arguments, stop.Token);
var machine = Machine.Describe();
await Console.Out.WriteLineAsync(
    earlier is null ? $"{machine}\n" : $"{machine}\n\n*Before*: {earlier.Measured}\n");

// One after the other, so that none disturbs another; a smoke test measures nothing and may hurry.
var chosen = topics.Where(topic => arguments.Topics.Count == 0 || arguments.Topics.Contains(topic.Key))
    .Select(topic => topic.Value);
var measured = chosen.Select(async measure => await measure(bench, stop.Token));
var tables = new List<Table>();
foreach (var topic in bench.IsSmoke ? [.. measured] : measured)
{
    foreach (var table in await topic)
    {
        tables.Add(table);
        await Console.Out.WriteLineAsync(
            bench.IsSmoke ? $"{table.Title}: {table.Lines.Count} figures." : table.ToMarkdown(earlier));
    }
}

if (arguments.Json is { } path)
{
    await EarlierFigures.FromTables(machine, tables).WriteAsync(path, stop.Token);
}

return arguments.IsSmoke || tables.TrueForAll(table => table.Lines.All(line => line.IsMet != false)) ? 0 : 1;

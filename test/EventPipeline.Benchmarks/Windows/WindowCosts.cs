using System.Globalization;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;

namespace EventPipeline.Benchmarks.Windows;

/// <summary>
/// What one run asked of Google, as the stand-in tells it. What the stand-in learns to count is added here and nowhere
/// else.
/// </summary>
/// <param name="Windows">How many windows the run had.</param>
/// <param name="Counts">What was counted, by its name, over all windows.</param>
internal sealed record WindowCosts(long Windows, IReadOnlyList<(string Name, long Count)> Counts)
{
    /// <summary>Counts since the stand-in forgot what was before.</summary>
    public static async Task<WindowCosts> OfRunAsync(
        StandIn google, string runId, CancellationToken cancellationToken)
    {
        var operations = await google.OperationsAsync(cancellationToken);
        var windows = await google.CountAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT COUNT(DISTINCT window_id) FROM run_events WHERE run_id = '{runId}' AND window_id IS NOT NULL"),
            cancellationToken);
        return new WindowCosts(
            windows,
            [
                ("queries", Count("jobs.query")),
                ("inserts", Count("jobs.insert")),
                ("loads", Count("jobs.upload.finish")),
                ("polls (jobs.get)", Count("jobs.get")),
                ("API calls of BigQuery", operations.LongCount(IsBigQuery)),
            ]);

        long Count(string operation) => operations.LongCount(other => other == operation);
    }

    /// <summary>Adds the counts of each window to a table.</summary>
    public void AddTo(Table table, string run)
    {
        table.Add($"{run}: windows", "windows").Add(Windows);
        foreach (var (name, count) in Counts)
        {
            table.Add($"{run}: {name}", "a window").Add((double)count / Windows);
        }
    }

    private static bool IsBigQuery(string operation) =>
        operation.Split('.')[0] is "jobs" or "tables" or "datasets";
}

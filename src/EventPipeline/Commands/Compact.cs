using System.CommandLine;
using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Deletes the rows that no version of any slice needs after a retention. What the views show does not change, nor does
/// the history of versions, runs and restatements.
/// </summary>
internal sealed class Compact(IWarehouse warehouse, InvocationConfiguration console, TimeProvider clock)
{
    /// <summary>Describes what no version needs, asks for confirmation and deletes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, int retentionDays, Consent consent, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now.AddDays(-retentionDays);
        var compaction = new Compaction(warehouse, dataset, before, $"{Guid.CreateVersion7(now):N}");
        var found = new List<(string Table, IReadOnlyList<RemovableRows> Rows)>();
        foreach (var table in Compaction.Tables)
        {
            found.Add((table, await compaction.FindAsync(table, cancellationToken)));
        }

        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"superseded, or loaded and never committed, before {before:yyyy-MM-dd HH:mm} UTC ")
            + string.Create(CultureInfo.InvariantCulture, $"({retentionDays} days ago)");
        if (found.All(table => table.Rows.Count == 0))
        {
            await console.Output.WriteLineAsync($"{dataset} contains no rows that were {what}. Nothing was deleted.");
            return 0;
        }

        await console.Output.WriteLineAsync($"Rows of {dataset} that were {what}:");
        foreach (var (table, rows) in found)
        {
            await console.Output.WriteLineAsync(
                $"  {table}: {Told(rows, wereCommitted: true)} superseded, "
                + $"{Told(rows, wereCommitted: false)} never committed");
        }

        await console.Output.WriteLineAsync("No view shows any of them. What is deleted cannot be put back.");
        if (await consent.AskAsync("deleted", cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        foreach (var (table, rows) in found.Where(table => table.Rows.Count > 0))
        {
            await compaction.DeleteAsync(table, rows, cancellationToken);
            await console.Output.WriteLineAsync(
                $"Deleted from {table}: {TextColumns.Counted(rows.Sum(month => month.Rows), "row")}.");
        }

        return 0;
    }

    private static string Told(IReadOnlyList<RemovableRows> rows, bool wereCommitted)
    {
        var told = rows.Where(month => month.WereCommitted == wereCommitted).ToList();
        return $"{TextColumns.Counted(told.Sum(month => month.Rows), "row")} of "
            + TextColumns.Counted(told.Sum(month => month.Loads), "load");
    }
}

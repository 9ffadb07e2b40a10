using EventPipeline.Ledger;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>What days of reports show, and would show: before and after, below each other.</summary>
internal static class ChangeTable
{
    // So many are told one by one.
    private const int MaxTold = 20;

    /// <param name="output">Where to.</param>
    /// <param name="changes">The days by name; before is null where nothing was read before.</param>
    public static async Task WriteAsync(
        TextWriter output, IReadOnlyCollection<(string Name, SliceTotals? Before, SliceTotals After)> changes)
    {
        await TextColumns.WriteAsync(
            output,
            [
                ["day", "", "rows", "tokens", "dollars"],
                .. changes.Take(MaxTold).SelectMany(change => (string[][])
                [
                    change.Before is { } before
                        ? [change.Name, "before", .. Cells(before)]
                        : [change.Name, "never read", "", "", ""],
                    ["", "after", .. Cells(change.After)],
                ]),
            ]);
        if (changes.Count - MaxTold is var more and > 0)
        {
            await output.WriteLineAsync($"and {TextColumns.Count(more)} more: --json.");
        }
    }

    /// <summary>What a dry run would change; nothing of a run that is none.</summary>
    public static async Task WriteAsync(TextWriter output, RunDocument run)
    {
        var days = run.Windows
            .SelectMany(window => window.Differences ?? [], (window, day) => (window, day))
            .OrderBy(one => (one.window.Vendor, one.window.Account, one.window.Report, one.day.Day))
            .ToList();
        if (days.Count == 0)
        {
            return;
        }

        var changes = days.Where(one => one.day.Change != "unchanged")
            .Select(one => (
                Name(one.window.Vendor, one.window.Account, one.window.Report, one.day.Day),
                one.day.Before,
                one.day.After))
            .ToList();
        if (changes.Count > 0)
        {
            await WriteAsync(output, changes);
        }

        await output.WriteLineAsync(
            $"Days of reports that a run would change: {TextColumns.Count(changes.Count)} of "
            + $"{TextColumns.Count(days.Count)} that were read; new among them: "
            + $"{TextColumns.Count(changes.Count(change => change.Before is null))}.");
    }

    /// <summary>How a day of a report is called.</summary>
    public static string Name(string vendor, string account, string report, DateOnly day) =>
        $"{new Subject(vendor, account, report)} {day.Text()}";

    /// <summary>Rows, tokens and dollars.</summary>
    public static string[] Cells(SliceTotals totals) =>
    [
        TextColumns.Count(totals.Rows), TextColumns.Count(totals.Tokens), TextColumns.Dollars(totals.Money),
    ];
}

using System.Globalization;
using EventPipeline.FanOut;

namespace EventPipeline.Commands;

/// <summary>An estimate as people read it.</summary>
internal static class EstimateText
{
    public static async Task WriteAsync(TextWriter output, RunEstimate estimate)
    {
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{(estimate.Label is { } label ? $"{label} - " : "")}{estimate.From.Text()} to {estimate.To.Text()}: "
                + $"{estimate.Windows:N0} windows, {estimate.Slices:N0} days of reports."));
        await TextColumns.WriteAsync(
            output,
            [
                ["why", "windows", "days", ""],
                .. estimate.Reasons.Select(reason => (string[])
                [
                    reason.Why,
                    TextColumns.Count(reason.Windows),
                    TextColumns.Count(reason.Slices),
                    reason.Skipped ? "left out" : "read",
                ]),
            ]);
        if (estimate.Windows == 0)
        {
            await output.WriteLineAsync("There is nothing to read: --force reads settled days again.");
            return;
        }

        await output.WriteLineAsync();
        await TextColumns.WriteAsync(
            output,
            [
                ["account", "requests at least", "minutes at least"],
                .. estimate.Requests.Select(account => (string[])
                [
                    $"{account.Vendor}/{account.Account}",
                    TextColumns.Count(account.Requests),
                    account.Minutes is { } minutes ? minutes.ToString("N0", CultureInfo.InvariantCulture) : "",
                ]),
            ]);
        await output.WriteLineAsync();
        foreach (var line in Limits(estimate).Concat(estimate.Warnings ?? []))
        {
            await output.WriteLineAsync(line);
        }
    }

    private static IEnumerable<string> Limits(RunEstimate estimate)
    {
        if (estimate.Warehouse is { } needs)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"A table takes {needs.LoadJobs:N0} load jobs for it at most")
                + (needs.LoadJobsLeft is { } left
                    ? string.Create(CultureInfo.InvariantCulture, $"; today has {left:N0} left beside the daily run.")
                    : ".");
        }

        if (estimate.TakesDays is { } days)
        {
            yield return estimate.Waiting == 0
                ? "All of it is requested today."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{estimate.Waiting:N0} windows wait for other days' load jobs: with a run every morning, all of "
                        + $"it is requested within {days:N0} days.");
        }
    }
}

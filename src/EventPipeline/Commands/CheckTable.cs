namespace EventPipeline.Commands;

/// <summary>
/// Writes what a check found: a line per report, then what is wrong, and what to do once for those alike.
/// </summary>
internal static class CheckTable
{
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<CheckedReport> found)
    {
        string[][] lines =
        [
            ["vendor", "account", "report", "state"],
            .. found.Select(one => new[] { one.Vendor, one.Account, one.Report, one.State }),
        ];
        await TextColumns.WriteAsync(output, lines);

        var wrong = found.Where(one => one.Said is not null && one.State != CheckState.NotTried);
        foreach (var alike in wrong.GroupBy(one => (one.Vendor, one.Account, one.State, one.Remedy)))
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync($"{alike.Key.Vendor}/{alike.Key.Account}: {alike.Key.State}");
            foreach (var same in alike.GroupBy(one => one.Said))
            {
                await output.WriteLineAsync($"  {string.Join(", ", same.Select(one => one.Report))}: {same.Key}");
            }

            if (alike.Key.Remedy is { } remedy)
            {
                await output.WriteLineAsync($"  What to do: {remedy}");
            }
        }
    }
}

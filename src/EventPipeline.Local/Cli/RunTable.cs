using EventPipeline.Commands;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Local.Shared;
using Spectre.Console;
using Spectre.Console.Rendering;
using static EventPipeline.Commands.TextColumns;

namespace EventPipeline.Local.Cli;

/// <summary>Shows a run as a table, and where its data is.</summary>
internal static class RunTable
{
    public static async Task WriteAsync(IAnsiConsole console, RunDocument run, DataFolder folder)
    {
        IReadOnlyList<Line> lines =
        [
            .. run.Windows
                .GroupBy(window => (window.Vendor, window.Account, window.Report, window.State, window.Why))
                .OrderBy(line => (line.Key.Vendor, line.Key.Account, line.Key.Report))
                .Select(line => new Line(
                    new Subject(line.Key.Vendor, line.Key.Account, line.Key.Report),
                    Count(line.Sum(Days)),
                    Count(line.Sum(window => window.Rows)),
                    Count(line.Sum(window => window.Tokens)),
                    Dollars(SumsByBasis.Total(line.Select(window => window.Money))),
                    line.Key.State,
                    line.Key.Why)),
        ];
        var table = Wide(run, lines);
        var needed = ((IRenderable)table)
            .Measure(RenderOptions.Create(console, console.Profile.Capabilities), int.MaxValue).Max;
        if (needed > WidthOf(Console.Out))
        {
            await NarrowAsync(Console.Out, run, lines);
        }
        else
        {
            console.Profile.Width = Math.Max(console.Profile.Width, needed);
            console.Write(table);
        }

        await ChangeTable.WriteAsync(Console.Out, run);
        WriteFailures(console, run);
        if (run.Reason is { } reason)
        {
            var planned = run.Windows.Count > 0 ? "" : " before it was planned";
            console.MarkupLineInterpolated($"[red]{run.State}[/]{planned}: {reason}");
        }
        else if (run.SilentForHours is { } hours)
        {
            console.MarkupLineInterpolated($"[red]{run.State}[/]: it has shown no progress for {hours} hours.");
        }

        var totals = run.Totals;
        var others = string.Concat(totals.Money.Others.ByName.Select(other => $", ${Cents(other.Value)} {other.Key}"));
        console.MarkupInterpolated($"{totals.Slices} slices, {totals.Rows:N0} rows, {totals.Tokens:N0} tokens, ");
        console.MarkupLineInterpolated(
            $"${Cents(totals.BilledUsd)} billed, ${Cents(totals.EstimatedUsd)} estimated (~, never added){others}.");
        WriteRequests(console, run);
        var data = folder.Simulated ? $"{DataLabel.Simulated} data" : "Data";
        var refused = run.RefusedWindows == 0 ? ""
            : $" without {run.RefusedWindows} windows whose reports the vendor refuses";
        console.MarkupLineInterpolated($"Run {run.RunId} {run.State}{refused}. {data}: {folder.WarehouseFile}");
    }

    /// <summary>What the plan needs of the vendors, those accounts first that take longest.</summary>
    private static void WriteRequests(IAnsiConsole console, RunDocument run)
    {
        var slow = run.Requests.Where(account => account.Minutes >= 1)
            .OrderByDescending(account => account.Minutes)
            .Select(account => $"{account.Vendor}/{account.Account} takes {account.Minutes:0} min")
            .ToList();
        var minutes = slow.Count == 0 ? "" : $"; at its vendor's limit {string.Join(", ", slow)}";
        var requests = run.Requests.Sum(account => account.Requests);
        console.MarkupLineInterpolated($"At least {requests:N0} requests of vendors{minutes}.");
        foreach (var warning in run.Warnings ?? [])
        {
            console.MarkupLineInterpolated($"[yellow]warning[/] {warning}");
        }
    }

    private static void WriteFailures(IAnsiConsole console, RunDocument run)
    {
        foreach (var window in run.Windows.Where(window => WindowState.IsFailure(window.State)))
        {
            var what = new Window(window.Vendor, window.Account, window.Report, window.From, window.To);
            console.MarkupLineInterpolated($"[red]{window.State}[/] {what}: {window.Reason}");
        }

        foreach (var report in run.Windows
            .Where(window => window.State == WindowState.Refused)
            .GroupBy(window => new Subject(window.Vendor, window.Account, window.Report)))
        {
            console.MarkupLineInterpolated($"[yellow]{WindowState.Refused}[/] {report.Key}: {report.First().Reason}");
        }
    }

    private static string Title(RunDocument run) =>
        $"{(run.Label is { } label ? $"{label} - " : "")}{run.Mode} "
            + $"run{(run.From is null ? "" : $", {run.From:yyyy-MM-dd} to {run.To:yyyy-MM-dd}")}";

    private static Table Wide(RunDocument run, IReadOnlyList<Line> lines)
    {
        var table = new Table().Border(TableBorder.Simple).Title(new TableTitle(Markup.Escape(Title(run))));
        foreach (var heading in new[]
        {
            "vendor", "account", "report", "days", "rows", "tokens", "dollars", "state", "why",
        })
        {
            var column = new TableColumn(heading).NoWrap();
            table.AddColumn(heading is "days" or "rows" or "tokens" or "dollars" ? column.RightAligned() : column);
        }

        foreach (var line in lines)
        {
            var (vendor, account, report) = line.Subject;
            table.AddRow(
                Plain(vendor), Plain(account), Plain(report), Plain(line.Days), Plain(line.Rows), Plain(line.Tokens),
                Plain(line.Dollars), Coloured(line.State), Plain(line.Why));
        }

        return table;
    }

    private static async Task NarrowAsync(TextWriter output, RunDocument run, IReadOnlyList<Line> lines)
    {
        await output.WriteLineAsync(Title(run));
        await TextColumns.WriteAsync(
            output,
            [
                ["report", "days", "rows", "dollars", "state"],
                .. lines.Select(line => (string[])
                [
                    $"{line.Subject}", line.Days, line.Rows, line.Dollars, line.State,
                ]),
            ]);
    }

    private static int Days(WindowDocument window) => window.To.DayNumber - window.From.DayNumber + 1;

    private static Markup Plain(string text) => new(Markup.Escape(text));

    private static Markup Coloured(string state) => new(WindowState.IsFailure(state) ? $"[red]{state}[/]"
        : state == WindowState.Refused ? $"[yellow]{state}[/]"
        : state == WindowState.Loaded ? $"[green]{state}[/]"
        : $"[grey]{state}[/]");

    /// <summary>The windows of a report that ended alike, and were asked for for the same reason.</summary>
    private sealed record Line(
        Subject Subject, string Days, string Rows, string Tokens, string Dollars, string State, string Why);
}

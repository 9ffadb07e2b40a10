using System.Globalization;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Local.Shared;
using Spectre.Console;
using static EventPipeline.Commands.TextColumns;

namespace EventPipeline.Local.Cli;

/// <summary>Shows a run as a table, and where its data is.</summary>
internal static class RunTable
{
    public static void Write(IAnsiConsole console, RunDocument run, DataFolder folder)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Title(run));
        foreach (var heading in new[]
        {
            "vendor", "account", "report", "days", "rows", "tokens", "dollars", "state", "why",
        })
        {
            var column = new TableColumn(heading).NoWrap();
            table.AddColumn(heading is "days" or "rows" or "tokens" or "dollars" ? column.RightAligned() : column);
        }

        // A line that is broken by the terminal reads better than one that is broken by the table.
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        var lines = run.Windows
            .GroupBy(window => (window.Vendor, window.Account, window.Report, window.State, window.Why))
            .OrderBy(line => (line.Key.Vendor, line.Key.Account, line.Key.Report));
        foreach (var line in lines)
        {
            var (vendor, account, report, state, why) = line.Key;
            table.AddRow(
                Plain(vendor), Plain(account), Plain(report),
                Number(line.Sum(Days)),
                Number(line.Sum(window => window.Rows)),
                Number(line.Sum(window => window.Tokens)),
                Dollars(SumsByBasis.Total(line.Select(window => window.Money))),
                Coloured(state), Plain(why));
        }

        console.Write(table);
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

    private static TableTitle Title(RunDocument run) =>
        new(
            Markup.Escape(
                $"{(run.Label is { } label ? $"{label} - " : "")}{run.Mode} "
                    + $"run{(run.From is null ? "" : $", {run.From:yyyy-MM-dd} to {run.To:yyyy-MM-dd}")}"));

    private static int Days(WindowDocument window) => window.To.DayNumber - window.From.DayNumber + 1;

    private static Markup Plain(string text) => new(Markup.Escape(text));

    private static Markup Number(long number) => new(number.ToString("N0", CultureInfo.InvariantCulture));

    private static Markup Dollars(SumsByBasis money) => new(money switch
    {
        { BilledUsd: 0, EstimatedUsd: not 0 } => $"~{Cents(money.EstimatedUsd)}",
        { BilledUsd: 0, OtherUsd: { } others } => Markup.Escape(
            string.Join(", ", others.Select(other => $"{other.Key} {Cents(other.Value)}"))),
        _ => Cents(money.BilledUsd),
    });

    private static Markup Coloured(string state) => new(WindowState.IsFailure(state) ? $"[red]{state}[/]"
        : state == WindowState.Refused ? $"[yellow]{state}[/]"
        : state == WindowState.Loaded ? $"[green]{state}[/]"
        : $"[grey]{state}[/]");
}

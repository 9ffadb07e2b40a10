using System.Globalization;
using EventPipeline.Ledger;
using EventPipeline.Status;

namespace EventPipeline.Commands;

/// <summary>Runs as people read them, in at most 80 columns where ids allow it, and as programs do.</summary>
internal static class RunText
{
    /// <summary>The names of the cells of a run.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "run_id", "state", "mode", "from", "to", "requested_at", "ended_at", "windows", "pending", "refused", "rows",
        "tokens", "usd", "estimated_usd", "reason",
    ];

    /// <summary>The names of the cells of a window.</summary>
    public static IReadOnlyList<string> WindowColumns { get; } =
    [
        "vendor", "account", "report", "from", "to", "why", "state", "attempts", "rows", "tokens", "usd",
        "estimated_usd", "load_id", "reason",
    ];

    /// <summary>A line for each run.</summary>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<RunSummary> runs)
    {
        if (runs.Count == 0)
        {
            await output.WriteLineAsync("There is no such run.");
            return;
        }

        await TextColumns.WriteAsync(
            output,
            [
                ["run", "state", "requested (UTC)", "windows", "rows", "dollars"],
                .. runs.Select(run => (string[])
                [
                    run.RunId,
                    State(run.State, run.SilentForHours),
                    TimeText.Minute(run.RequestedAt),
                    Progress(run.Windows - run.Pending, run.Windows),
                    TextColumns.Count(run.Totals.Rows),
                    TextColumns.Cents(run.Totals.BilledUsd),
                ]),
            ]);
    }

    /// <summary>A run, a line for each of some of its windows, and what went wrong with them.</summary>
    public static async Task WriteAsync(TextWriter output, RunDocument run, IReadOnlyList<WindowDocument> windows)
    {
        await output.WriteLineAsync(Head(run));
        windows =
        [
            .. windows.OrderBy(window => (window.Vendor, window.Account, window.Report, window.From)),
        ];
        if (windows.Count > 0)
        {
            await output.WriteLineAsync();
            await TextColumns.WriteAsync(
                output,
                [
                    ["window", "days", "state", "rows", "dollars"],
                    .. windows.Select(window => (string[])
                    [
                        $"{window.Vendor}/{window.Account}/{window.Report}",
                        Days(window.From, window.To),
                        window.State,
                        TextColumns.Count(window.Rows),
                        TextColumns.Cents(window.Money.BilledUsd),
                    ]),
                ]);
        }

        if (windows.Any(window => window.Differences is not null))
        {
            await output.WriteLineAsync();
            await ChangeTable.WriteAsync(output, run with { Windows = windows });
        }

        foreach (var window in windows.Where(window => window.Reason is not null))
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync(
                $"{window.State}: {window.Vendor}/{window.Account}/{window.Report} {Days(window.From, window.To)}, "
                + $"{window.Attempts} attempts: {window.Reason}");
        }

        foreach (var line in (run.Reason is { } reason ? [reason] : (string[])[]).Concat(run.Warnings ?? []))
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync(line);
        }
    }

    /// <summary>How far a run is, in a line.</summary>
    public static string Head(RunDocument run) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(run.Label is { } label ? $"{label} - " : "")}Run {run.RunId}, {run.Mode}"
            + $"{(run.From is null ? "" : $", {Days(run.From.Value, run.To!.Value)}")}: "
            + $"{State(run.State, run.SilentForHours)}, {Ended(run)} of {run.Windows.Count} windows, "
            + $"{run.Totals.Rows:N0} rows, ${TextColumns.Cents(run.Totals.BilledUsd)}.");

    /// <summary>What a cancellation would do.</summary>
    public static string BeforeCancelling(RunDocument run) => run.Windows.Count == 0
        ? $"Run {run.RunId} is not planned yet. It would not be planned, and none of it would be read."
        : $"Run {run.RunId} is {State(run.State, run.SilentForHours)}: {Ended(run)} of its {run.Windows.Count} windows "
            + $"have ended and stay as they are, {run.Pending} would not be read any more.";

    /// <summary>What a pause would do.</summary>
    public static string BeforePausing(RunDocument run) =>
        $"{Head(run)} What is left of it ({run.Pending} windows) would wait until somebody resumes it.";

    /// <summary>What resuming it would do.</summary>
    public static string BeforeResuming(RunDocument run) =>
        $"{Head(run)} Its waiting windows would be read, as far as the day's load jobs go.";

    /// <summary>What a cancellation or a pause has done.</summary>
    public static string AfterStopping(RunSummary run) =>
        $"Run {run.RunId} is {run.State}. Every instance notices within "
        + $"{RunDecisions.NoticedWithin.TotalSeconds:0} seconds; windows that are being read may still end.";

    /// <summary>What resuming it has done.</summary>
    public static string AfterResuming(RunSummary run) => $"Run {run.RunId} is {run.State}.{Because(run.Reason)}";

    private static string Because(string? reason) => reason is null ? "" : $" {reason}";

    /// <summary>The cells of a run.</summary>
    public static string?[] Cells(RunSummary run) =>
    [
        run.RunId,
        run.State,
        run.Mode,
        run.From?.Text(),
        run.To?.Text(),
        TimeText.Instant(run.RequestedAt),
        run.EndedAt is { } ended ? TimeText.Instant(ended) : null,
        RecordWriter.Number(run.Windows),
        RecordWriter.Number(run.Pending),
        RecordWriter.Number(run.RefusedWindows),
        RecordWriter.Number(run.Totals.Rows),
        RecordWriter.Number(run.Totals.Tokens),
        DecimalAsString.Text(run.Totals.BilledUsd),
        DecimalAsString.Text(run.Totals.EstimatedUsd),
        run.Reason,
    ];

    /// <summary>The cells of a window.</summary>
    public static string?[] Cells(WindowDocument window) =>
    [
        window.Vendor,
        window.Account,
        window.Report,
        window.From.Text(),
        window.To.Text(),
        window.Why,
        window.State,
        RecordWriter.Number(window.Attempts),
        RecordWriter.Number(window.Rows),
        RecordWriter.Number(window.Tokens),
        DecimalAsString.Text(window.BilledUsd),
        DecimalAsString.Text(window.EstimatedUsd),
        window.LoadId,
        window.Reason,
    ];

    private static int Ended(RunDocument run) => run.Windows.Count(
        window => window.State is not (WindowDocument.Pending or WindowDocument.Waiting or WindowDocument.Cancelled));

    private static string State(string state, double? silentForHours) => silentForHours is { } hours
        ? string.Create(CultureInfo.InvariantCulture, $"{state} {hours} h")
        : state;

    private static string Days(DateOnly from, DateOnly to) =>
        from == to ? from.Text() : $"{from.Text()} to {to.Text()}";

    private static string Progress(int ended, int windows) =>
        string.Create(CultureInfo.InvariantCulture, $"{ended}/{windows}");
}

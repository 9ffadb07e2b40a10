using System.Globalization;
using System.Text.Json;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Ledger;

/// <summary>
/// Which reports their vendors refuse because the account's credential may not read them. A report is refused from its
/// first refusal until something of it is committed; in between, that is logged once, by whichever instance meets it.
/// </summary>
internal sealed partial class ReportRefusals(
    IWarehouse warehouse,
    IOptions<DatasetOptions> datasets,
    RunEvents events,
    TimeProvider clock,
    ILogger<ReportRefusals> logger)
{
    // A report is asked for every day, so a refusal that stands is never old; when it began is known this far back.
    private const int DaysBack = 400;

    /// <summary>The reports that are refused now, in the dataset of a mode.</summary>
    public async Task<IReadOnlyList<ReportRefusal>> FindAsync(RunMode mode, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode), Statement.Create("refusals", [Since, From]), cancellationToken);
        return
        [
            .. from row in rows
               let refusal = JsonSerializer.Deserialize(row.Text("details"), EndDetailsJson.Default.EndDetails)!.Refusal
               where refusal is not null
               select new ReportRefusal(
                   new Subject(row.Text("vendor"), row.Text("account"), row.Text("report")),
                   row.Timestamp("refused_since"),
                   row.Timestamp("last_refused_at"),
                   refusal),
        ];
    }

    /// <summary>
    /// Notes that a report was refused, and logs it unless that was done since something of it was last committed. What
    /// worked before is an error, because nobody expects it to end; what never worked is a warning.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode">The run's mode; a dry run notes nothing.</param>
    /// <param name="window">The window that was asked for.</param>
    /// <param name="refusal">How it was refused.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task NoteAsync(
        string runId, RunMode mode, Window window, CredentialRefusal refusal, CancellationToken cancellationToken)
    {
        if (mode == RunMode.DryRun)
        {
            return;
        }

        var (vendor, account, report, _, _) = window;
        var rows = await warehouse.QueryAsync(
            datasets.Value.For(mode),
            Statement.Create(
                "refusal_told", ("vendor", vendor), ("account", account), ("report", report), Since, From),
            cancellationToken);
        var (worked, told) = (rows[0].TimestampOrNull("worked_at"), rows[0].TimestampOrNull("told_at"));
        if (told is not null && !(told <= worked))
        {
            return;
        }

        var row = events.Create(runId, RunHistory.ReportRefused, mode);
        (row["vendor"], row["account"], row["report"]) = (vendor, account, report);
        row["reason"] = $"{refusal.Said} {refusal.Remedy}";
        if (await events.InsertAsync(mode, IdOf(mode, window, worked), [row], cancellationToken))
        {
            var (level, modeName) = (worked is null ? LogLevel.Warning : LogLevel.Error, mode.Name());
            var history = worked is { } at
                ? string.Create(CultureInfo.InvariantCulture, $"was last read at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
                : "has never been read";
            RefusalLog.Refused(
                logger, level, vendor, account, report, history, refusal.Said, refusal.Remedy, runId, modeName, worked);
        }
    }

    private (string Name, object? Value) Since => ("since", clock.GetUtcNow().AddDays(-DaysBack));

    private (string Name, object? Value) From =>
        ("from", clock.Today().AddDays(-DaysBack));

    /// <summary>The same for all who meet the refusal before the report works again.</summary>
    private static string IdOf(RunMode mode, Window window, DateTimeOffset? worked) => "refused_" + RunEvents.IdOf(
        mode.Name(),
        window.Vendor,
        window.Account,
        window.Report,
        worked?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "");

    private static partial class RefusalLog
    {
        [LoggerMessage(
            EventId = 1,
            EventName = "report.refused",
            Message =
                "The vendor refuses {Vendor}/{Account}/{Report}, which {History}: {Said} {Remedy} It is asked for "
                    + "again every day, and this is logged again only if it is refused after it worked.")]
        public static partial void Refused(
            ILogger logger,
            LogLevel level,
            string vendor,
            string account,
            string report,
            string history,
            string said,
            string remedy,
            string runId,
            string mode,
            DateTimeOffset? workedAt);
    }
}

/// <summary>A report that its vendor refuses. Times are UTC.</summary>
/// <param name="Subject">The report, by the configured name of its account.</param>
/// <param name="Since">When it was first refused since it last worked.</param>
/// <param name="LastRefusedAt">When it was last refused.</param>
/// <param name="Refusal">What the vendor said last, and what is missing.</param>
internal sealed record ReportRefusal(
    Subject Subject, DateTimeOffset Since, DateTimeOffset LastRefusedAt, CredentialRefusal Refusal);

using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

/// <summary>
/// Decides what a run reads: the requested days, the days that the vendor may still restate, and recent gaps. Pure: the
/// same request, reads and time give the same plan.
/// </summary>
internal sealed class Planner(IReadOnlyDictionary<Slice, SliceRead> reads, int gapDays)
{
    // A window takes a load job a table, however small it is, so small days share one. So many rows take a minute or
    // two of an attempt's nine and a half; a window that does not fit after all is read in steps.
    private const long RowsPerWindow = 1_000_000;

    /// <summary>Plans a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="request">The request.</param>
    /// <param name="time">The trigger's own time, UTC.</param>
    /// <param name="subjects">Every report of every account that the request selects.</param>
    public RunPlan Plan(string runId, RunRequested request, DateTimeOffset time, IEnumerable<PlanSubject> subjects)
    {
        var today = DateOnly.FromDateTime(time.UtcDateTime);
        var (from, to) = AskedRange(request, today);
        var windows = subjects
            .SelectMany(subject => subject.Report.HasPast
                ? PlanDays(subject, today.AddDays(-1), (from, to), request)
                    .Select(planned => subject.IsRefused ? OnlyAsked(planned, from, to) : planned)
                : [PlanToday(subject, today, request.Force)])
            .OrderBy(planned => WindowReason.Urgency(planned.Why))
            .ToList();
        return new RunPlan(runId, request.Mode, from, to, time, windows);
    }

    /// <summary>
    /// A window of a report that is refused: it is read where it has requested days, so that one request shows whether
    /// the report still is; the rest would only be refused again.
    /// </summary>
    private static PlannedWindow OnlyAsked(PlannedWindow planned, DateOnly from, DateOnly to) =>
        planned.Skipped || (planned.Window.From <= to && planned.Window.To >= from)
            ? planned
            : planned with { Skipped = true, Why = WindowReason.RefusedBefore };

    /// <summary>The days a request covers, both ends included, when its day is <paramref name="today"/>.</summary>
    public static (DateOnly From, DateOnly To) AskedRange(RunRequested request, DateOnly today)
    {
        var to = request.To ?? today.AddDays(-1);
        return (request.From ?? to.AddDays(1 - (request.Days ?? 1)), to);
    }

    /// <summary>The days whose reads a plan depends on.</summary>
    public static (DateOnly From, DateOnly To) Horizon(
        RunRequested request, DateOnly today, int gapDays, IEnumerable<Report> reports)
    {
        var (from, _) = AskedRange(request, today);
        var back = reports.Select(report => report.FirstUnsettled(today)).Append(today.AddDays(-gapDays - 1)).Min();
        return (from < back ? from : back, today);
    }

    private static bool IsDaily(RunRequested request) => request is { From: null, To: null, Days: null or 1 };

    private SliceRead? ReadOf(PlanSubject subject, DateOnly day) =>
        subject.Slice(day) is { } slice ? reads.GetValueOrDefault(slice) : null;

    private PlannedWindow PlanToday(PlanSubject subject, DateOnly today, bool force)
    {
        var why = force ? WindowReason.Forced
            : ReadOf(subject, today) is not null ? WindowReason.ReadAgain
            : WindowReason.New;
        return new PlannedWindow(subject.Window(today), why, Force: force);
    }

    private IEnumerable<PlannedWindow> PlanDays(
        PlanSubject subject, DateOnly lastClosed, (DateOnly From, DateOnly To) asked, RunRequested request)
    {
        var report = subject.Report;

        var today = lastClosed.AddDays(1);

        // Today's read is the first that can settle the day whose restatement period has just ended.
        DateOnly[] starts =
        [
            asked.From,
            lastClosed.AddDays(1 - gapDays),
            report.FirstUnsettled(today),
        ];
        var first = starts.Min();
        var most = MostRows(subject, first, lastClosed);
        var longest = Math.Clamp(RowsPerWindow / Math.Max(1, most ?? 0), 1, report.MaxWindowDays);
        PlannedWindow? open = null;
        for (var day = first; day <= lastClosed; day = day.AddDays(1))
        {
            var isAsked = asked.From <= day && day <= asked.To;

            // A day that is not served is read only if a person asks for it, and takes no other day with it when it is
            // refused.
            var isServed = report.Serves(day, today);
            var isGapDay = isServed && day > lastClosed.AddDays(-gapDays);
            var read = ReadOf(subject, day);
            if (Why(day, isAsked, isGapDay, read, report, request) is not { } why || !(isServed || isAsked))
            {
                continue;
            }

            var skipped = why is WindowReason.Settled or WindowReason.Pinned;
            if (
                open is not null
                    && open.Why == why
                    && open.Window.To.AddDays(1) == day
                    && report.Serves(open.Window.To, today) == isServed
                    && (skipped || open.Window.Days < longest))
            {
                open = open with { Window = open.Window with { To = day }, Rows = open.Rows + most };
                continue;
            }

            if (open is not null)
            {
                yield return open;
            }

            open = new PlannedWindow(subject.Window(day), why, skipped, isAsked && request.Force, Rows: most);
        }

        if (open is not null)
        {
            yield return open;
        }
    }

    /// <summary>How many rows the largest day has that is known; null where none is.</summary>
    private long? MostRows(PlanSubject subject, DateOnly first, DateOnly last) =>
        Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
            .Max(day => ReadOf(subject, first.AddDays(day))?.Rows);

    private static string? Why(
        DateOnly day, bool isAsked, bool isGapDay, SliceRead? read, Report report, RunRequested request)
    {
        var isSettled = read?.Began >= report.SettledAt(day);
        return (isAsked, read) switch
        {
            (true, null) => IsDaily(request) ? WindowReason.New : WindowReason.AskedFor,
            (true, _) when request.Force => WindowReason.Forced,
            (true, { Pinned: true }) => WindowReason.Pinned,
            (true, _) => isSettled ? WindowReason.Settled : WindowReason.ReadAgain,
            (false, null) => isGapDay ? WindowReason.Gap : null,
            (false, _) => isSettled || read.Pinned ? null : WindowReason.ReadAgain,
        };
    }
}

/// <summary>One report of one account, as a plan sees it.</summary>
/// <param name="Account">The account, whose name its windows carry.</param>
/// <param name="AccountId">
/// The account's id in the tables, by which its reads are found; null if it was never read.
/// </param>
/// <param name="Report">The report.</param>
internal sealed record PlanSubject(Account Account, string? AccountId, Report Report)
{
    /// <summary>Whether its vendor refused it when it was last asked for.</summary>
    public bool IsRefused { get; init; }

    /// <summary>The window of one day.</summary>
    public Window Window(DateOnly day) =>
        Shared.Window.Create(new Subject(Account.Vendor, Account.Name, Report.Name), day);

    /// <summary>The slice of one day; null for an account that was never read.</summary>
    public Slice? Slice(DateOnly day) =>
        AccountId is null ? null : new Slice(Account.Vendor, AccountId, Report.Name, day);
}

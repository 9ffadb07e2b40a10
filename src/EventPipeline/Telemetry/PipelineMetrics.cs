using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace EventPipeline.Telemetry;

/// <summary>
/// What is measured, under the meter <see cref="MeterName"/>. Names and units follow OpenTelemetry's conventions,
/// attributes avoid the labels that Google's Managed Prometheus reserves; <c>docs/telemetry.md</c> lists them all.
/// Every attribute has few values: a vendor, an account, a report, a mode, an outcome; never a run, a day or a message.
/// </summary>
internal sealed class PipelineMetrics
{
    /// <summary>The name that telemetry listens to.</summary>
    public const string MeterName = "EventPipeline";

    private const string Vendor = "vendor";
    private const string Account = "account";
    private const string Report = "report";
    private const string Mode = "mode";
    private const string State = "state";

    // An attempt ends after 570 s at the latest; a run waits for its slowest window, retries included.
    private static readonly InstrumentAdvice<double> WindowBuckets = new()
    {
        HistogramBucketBoundaries = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
    };
    private static readonly InstrumentAdvice<double> RunBuckets = new()
    {
        HistogramBucketBoundaries = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400],
    };

    private readonly TimeProvider _clock;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _tokens;
    private readonly UpDownCounter<double> _cost;
    private readonly Histogram<double> _windows;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _drift;
    private readonly Counter<long> _anomalies;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _runTimes;
    private volatile FrozenDictionary<Subject, DateOnly> _completeUntil = FrozenDictionary<Subject, DateOnly>.Empty;

    public PipelineMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(MeterName);
        _rows = meter.CreateCounter<long>("eventpipeline.rows", "{row}", "Rows that became visible.");
        _tokens = meter.CreateCounter<long>(
            "eventpipeline.tokens", "{token}", "Tokens in the rows that became visible.");

        // A credit is negative money, so the sum may fall.
        _cost = meter.CreateUpDownCounter<double>(
            "eventpipeline.cost", "{USD}", "US dollars in the rows that became visible.");
        _windows = meter.CreateHistogram(
            "eventpipeline.window.duration", "s", "How long an attempt at a window took.", advice: WindowBuckets);
        _retries = meter.CreateCounter<long>(
            "eventpipeline.vendor.retries", "{retry}", "Requests that a vendor was sent again.");
        _drift = meter.CreateCounter<long>(
            "eventpipeline.drift", "{note}", "What vendors sent beyond their documentation.");
        _anomalies = meter.CreateCounter<long>(
            "eventpipeline.anomalies", "{anomaly}", "What was found to be unusual after a run.");
        _deadLetters = meter.CreateCounter<long>(
            "eventpipeline.dead_letters", "{message}", "Dead letters that were stored.");
        _runs = meter.CreateCounter<long>("eventpipeline.runs", "{run}", "Runs that ended.");
        _runTimes = meter.CreateHistogram(
            "eventpipeline.run.duration", "s", "From a run's first event to its last.", advice: RunBuckets);
        meter.CreateObservableGauge("eventpipeline.freshness", Ages, "s", "How long ago the last complete day ended.");
    }

    /// <summary>Days became visible: each in full, also one that replaces an earlier version.</summary>
    /// <param name="window">Whose days.</param>
    /// <param name="mode">The run's mode.</param>
    /// <param name="again">Whether the days showed something before.</param>
    /// <param name="rows">Rows of the days.</param>
    /// <param name="tokens">Tokens of the days.</param>
    /// <param name="money">Money of the days, US dollars of every basis.</param>
    public void Loaded(Window window, RunMode mode, bool again, long rows, long tokens, SumsByBasis money)
    {
        var what = Whose(window, mode, KeyValuePair.Create<string, object?>("read", again ? "again" : "first"));
        _rows.Add(rows, what);
        _tokens.Add(tokens, what);
        Cost(CostBasis.Billed, money.BilledUsd);
        Cost(CostBasis.Estimated, money.EstimatedUsd);
        foreach (var (basis, usd) in money.Others.ByName)
        {
            Cost(basis, usd);
        }

        void Cost(string basis, decimal usd) => _cost.Add((double)usd, [.. what, new("basis", basis)]);
    }

    /// <summary>
    /// An attempt at a window ended: as its window did, as <c>window_continued</c> when it has kept days and left the
    /// rest to another message, or as <c>attempt_failed</c> when it is tried again.
    /// </summary>
    public void Attempted(Window window, RunMode mode, string state, TimeSpan duration) => _windows.Record(
        duration.TotalSeconds,
        new(Vendor, window.Vendor),
        new(Report, window.Report),
        new(Mode, mode.Name()),
        new(State, state));

    /// <summary>A request to a vendor is retried.</summary>
    /// <param name="account">Whose request it is: <c>vendor/account</c>.</param>
    /// <param name="why">The status, or the name of the failure.</param>
    public void Retried(string account, string why)
    {
        var (vendor, name) = account.Split('/', 2) is [var first, var second] ? (first, second) : (account, "");
        _retries.Add(1, new(Vendor, vendor), new(Account, name), new("error.type", why));
    }

    /// <summary>A window contained undocumented fields.</summary>
    public void Drifted(Window window, RunMode mode, int notes) => _drift.Add(notes, Whose(window, mode));

    /// <summary>Something unusual was found.</summary>
    public void Found(string kind, string? vendor) =>
        _anomalies.Add(1, new("kind", kind), new(Vendor, vendor ?? ""));

    /// <summary>A dead letter was stored.</summary>
    public void DeadLettered(string cause, string? topic) =>
        _deadLetters.Add(1, new("cause", cause), new("topic", topic ?? "unknown"));

    /// <summary>A run ended.</summary>
    public void RunEnded(RunMode mode, string outcome, TimeSpan duration)
    {
        _runs.Add(1, new(Mode, mode.Name()), new("outcome", outcome));
        _runTimes.Record(duration.TotalSeconds, new(Mode, mode.Name()), new("outcome", outcome));
    }

    /// <summary>
    /// Replaces what was known with what the dataset says about every report. Of several rows with one name, an account
    /// under two ids, the oldest counts.
    /// </summary>
    public void CompleteUntil(IEnumerable<(Subject Subject, DateOnly Day)> reports) => _completeUntil = reports
        .GroupBy(report => report.Subject)
        .ToFrozenDictionary(rows => rows.Key, rows => rows.Min(row => row.Day));

    /// <summary>How long ago a day ended; nothing for one that has not.</summary>
    public static TimeSpan Age(DateOnly day, DateTimeOffset now)
    {
        var age = now - day.Start() - TimeSpan.FromDays(1);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private static KeyValuePair<string, object?>[] Whose(
        Window window, RunMode mode, params KeyValuePair<string, object?>[] more) =>
        [
            new(Vendor, window.Vendor),
            new(Account, window.Account),
            new(Report, window.Report),
            new(Mode, mode.Name()),
            .. more,
        ];

    private IEnumerable<Measurement<double>> Ages() => _completeUntil.Select(report => new Measurement<double>(
        Age(report.Value, _clock.GetUtcNow()).TotalSeconds,
        new(Vendor, report.Key.Vendor), new(Account, report.Key.Account), new(Report, report.Key.Report)));
}

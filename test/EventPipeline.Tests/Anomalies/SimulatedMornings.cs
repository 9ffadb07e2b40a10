using System.Globalization;
using EventPipeline.Load;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Anomalies;

/// <summary>
/// What daily runs would have committed of every simulated vendor: each day as it was on the four mornings after it,
/// while the vendors restate it.
/// </summary>
internal sealed class SimulatedMornings
{
    private static readonly string[] Billed = ["cost", "analytics_cost", "ai_credits", "premium_requests", "activity"];

    private readonly Dictionary<(Subject Subject, DateOnly Day), List<Version>> _versions = [];

    /// <param name="seed">The simulator's seed.</param>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day, inclusive.</param>
    /// <param name="account">One account alone, whatever its vendor; null for all.</param>
    public SimulatedMornings(int seed, DateOnly from, DateOnly to, string? account = null)
    {
        // A fact is drawn anew for each age: the clock is set to the morning on which it is asked for.
        var clock = new FakeTimeProvider(Morning(from));
        var reports =
            (from played in SimulatedVendors.All
             let vendor = played.Create(new SimulatorOptions(seed, clock))
             from one in vendor.Accounts
             where account is null || one.Name == account
             from report in vendor.Reports(one)
             where !report.IsOther
             let subject = new Subject(vendor.Name, one.Name, NameOf(vendor, report))
             select (Subject: subject, Report: report, Reads: Reads(subject))).ToList();
        for (var morning = from.AddDays(1); morning <= to.AddDays(4); morning = morning.AddDays(1))
        {
            clock.AdjustTime(Morning(morning));
            foreach (var (subject, report, reads) in reports)
            {
                for (var day = morning.AddDays(-reads); day < morning; day = day.AddDays(1))
                {
                    if (day >= from && day <= to)
                    {
                        Read(subject, report, day, Morning(morning));
                    }
                }
            }
        }
    }

    /// <summary>When a day's runs begin, UTC.</summary>
    public static DateTimeOffset Morning(DateOnly day) => new(day, new TimeOnly(6, 0), TimeSpan.Zero);

    /// <summary>Changes every version of a slice, as if the vendor had never told another.</summary>
    public void Change(Subject subject, DateOnly day, Func<Version, Version> change) =>
        _versions[(subject, day)] = [.. _versions[(subject, day)].Select(change)];

    /// <summary>Adds versions of a slice that were read later, in their order.</summary>
    public void ReadAgain(
        Subject subject, DateOnly day, params IEnumerable<(DateOnly Morning, Func<Version, Version> Change)> reads)
    {
        foreach (var (morning, change) in reads)
        {
            var versions = _versions[(subject, day)];
            versions.Add(change(versions[^1]) with { ReadBegan = Morning(morning) });
        }
    }

    /// <summary>Commits them all, a version of rows that do not differ from the last as unchanged.</summary>
    public async Task CommitAsync(WarehouseFixture file)
    {
        var rows = _versions.SelectMany(slice => slice.Value.Select(
            version => Literal(slice.Key.Subject, slice.Key.Day, version)));
        foreach (var some in rows.Chunk(2_000))
        {
            var sql = "INSERT INTO {dataset}.slice_versions (vendor, account_id, account, report, usage_date, load_id, "
                + "read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version, state, "
                + "pinned, run_id, window_id, committed_at) VALUES " + string.Join(',', some);
            await file.Warehouse.ExecuteAsync(
                WarehouseFixture.Dataset,
                $"mornings-{Guid.NewGuid():N}",
                new Statement("mornings", sql, new Dictionary<string, object?>()),
                TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// On how many mornings a day is read: until it was read once after it had settled. The simulated vendors change
    /// nothing after the fourth.
    /// </summary>
    private static int Reads(Subject subject) => Math.Min(
        4,
        1 + (VendorServiceCollectionExtensions.Known.SingleOrDefault(vendor => vendor.Name == subject.Vendor)?.Reports
            .Single(report => report.Name == subject.Report).SettledAfterDays ?? 4));

    /// <summary>The service's name of it.</summary>
    private static string NameOf(ISimulatedVendor vendor, SimulatedReport report) => (vendor.Name, report.Name) switch
    {
        ("openai", "costs") => "cost",
        ("openai", var usage) => $"{usage}_usage",
        (_, var name) => name,
    };

    private static string Literal(Subject subject, DateOnly day, Version version)
    {
        var began = $"TIMESTAMPTZ '{version.ReadBegan.UtcDateTime:yyyy-MM-dd HH:mm:ss}+00'";
        var content = FormattableString.Invariant($"{version.Rows} {version.Tokens} {version.Usd}");
        var usd = Billed.Contains(subject.Report) ? version.Usd : 0;
        var state = version.Rows == 0 ? "empty" : "loaded";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"('{subject.Vendor}', '{subject.Account}', '{subject.Account}', '{subject.Report}', DATE '{day.Text()}', ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"'{version.ReadBegan:yyyyMMdd}', {began}, {version.Rows}, {version.Tokens}, {usd}, ")
            + string.Create(CultureInfo.InvariantCulture, $"{version.Usd - usd}, ")
            + $"'{content}', '{(version.Rows == 0 ? "" : "line.v1")}', 1, '{state}', FALSE, 'run', 'window', {began})";
    }

    private void Read(Subject subject, SimulatedReport report, DateOnly day, DateTimeOffset morning)
    {
        var facts = report.Facts(day).ToList();
        var dimensions = (report.UsualGroupBy ?? [.. report.GroupBy.Keys])
            .SelectMany(name => report.GroupBy[name])
            .ToList();
        var read = new Version(
            morning,
            facts.Select(fact => Group.Key(fact, dimensions)).Distinct().Count(),
            (long)facts.Sum(report.Tokens),
            decimal.Round(facts.Sum(report.Usd), 12));
        if (!_versions.TryGetValue((subject, day), out var versions))
        {
            _versions[(subject, day)] = versions = [];
        }

        if (versions.Count == 0 || versions[^1] with { ReadBegan = morning } != read)
        {
            versions.Add(read);
        }
    }

    /// <summary>A slice as it was read once.</summary>
    internal sealed record Version(DateTimeOffset ReadBegan, int Rows, long Tokens, decimal Usd);
}

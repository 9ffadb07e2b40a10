using System.Globalization;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;

namespace EventPipeline.Tests.Commands;

/// <summary>
/// Random histories of slices: reads that were committed late, repeated, put back or never committed, by two accounts
/// that were perhaps merged. What anybody could have seen since the end of the retention stays.
/// </summary>
public sealed class CompactHistoryTests : IAsyncDisposable
{
    private const int Histories = 250;
    private static readonly DateTimeOffset Cutoff = CompactScene.Now.AddDays(-90);

    private readonly WarehouseFixture _file = new();

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_shown_within_the_retention_stays_and_what_nothing_has_touched_since_goes(int seed)
    {
        var histories = Enumerable.Range(0, Histories)
            .Select(i => new History(new Random((seed * Histories) + i), i))
            .ToList();
        await InsertAsync(
            "cost_versions (load_id, row_key, vendor, account_id, report, grain, usage_date, bucket_start, "
                + "bucket_width, amount_usd, currency, basis)",
            histories.SelectMany(history => history.Loads.SelectMany(load => History.Days.Select(day =>
                $"('{load.Id}', 'k', 'v', '{load.Account}', '{history.Report}', 'g', {Day(day)}, {Time(load.Began)}, "
                + "'1d', 1, 'USD', 'billed')"))));
        await InsertAsync(
            "raw_page (load_id, vendor, account_id, report, window_start, window_end, page_no, part_no, request_hash, "
                + "http_status, payload, fetched_at)",
            histories.SelectMany(history => history.Loads.Select(load =>
                $"('{load.Id}', 'v', '{load.Account}', '{history.Report}', {Day(0)}, {Day(1)}, 1, 1, 'h', 200, '', "
                + $"{Time(load.Began)})")));
        await InsertAsync(
            "slice_versions (vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, "
                + "amount_usd, estimated_usd, digest, grain, normaliser_version, state, pinned, run_id, window_id, "
                + "committed_at)",
            histories.SelectMany(history => history.Versions.Select(version =>
                $"('v', '{version.Load.Account}', 'n', '{history.Report}', {Day(version.Day)}, '{version.Load.Id}', "
                + $"{Time(version.ReadBegan)}, 1, 0, 1, 0, 'd', 'g', 1, 'loaded', FALSE, 'r', 'w', "
                + $"{Time(version.CommittedAt)})")));
        await InsertAsync(
            "account_identity (vendor, account_id, mark, value, recorded_at)",
            histories.Where(history => history.MergedAt is not null).Select(history =>
                $"('v', '{history.First}', 'merged_into', '{history.Second}', {Time(history.MergedAt!.Value)})"));
        const string view = "SELECT load_id, usage_date, account_id, report FROM cost ORDER BY ALL";
        var shown = await _file.AskAsync(view);

        var compaction = new Compaction(_file.Warehouse, WarehouseFixture.Dataset, Cutoff, "random");
        foreach (var table in Compaction.Tables)
        {
            await compaction.DeleteAsync(
                table,
                await compaction.FindAsync(table, TestContext.Current.CancellationToken),
                TestContext.Current.CancellationToken);
        }

        (await _file.AskAsync(view)).ShouldBe(shown);
        var rows = await LeftAsync("SELECT load_id || usage_date FROM cost_versions");
        var pages = await LeftAsync("SELECT load_id FROM raw_page");
        var seen = new HashSet<(string, bool)>();
        foreach (var (history, load) in histories.SelectMany(history => history.Loads.Select(load => (history, load))))
        {
            var stays = History.Days.Select(day => history.Stays(load, day)).ToList();
            foreach (var day in History.Days.Where(day => stays[day] is not null))
            {
                rows.Contains($"{load.Id}{History.Date(day):yyyy-MM-dd}").ShouldBe(
                    stays[day]!.Value, $"{history} {load.Id} on day {day}");
                seen.Add(("row", stays[day]!.Value));
            }

            if (stays.Contains(true) || stays.TrueForAll(day => day == false))
            {
                pages.Contains(load.Id).ShouldBe(stays.Contains(true), $"{history} {load.Id}, its page");
                seen.Add(("page", stays.Contains(true)));
            }
        }

        seen.Count.ShouldBe(4);
    }

    private static string Day(int day) => $"DATE '{History.Date(day):yyyy-MM-dd}'";

    private static string Time(DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $"TIMESTAMP '{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}'");

    private Task<bool> InsertAsync(string table, IEnumerable<string> rows) => _file.Warehouse.ExecuteAsync(
        WarehouseFixture.Dataset,
        $"insert-{table.Split(' ')[0]}",
        new Statement(
            "insert",
            $"INSERT INTO {{dataset}}.{table} VALUES {string.Join(",\n", rows)}",
            new Dictionary<string, object?>()),
        TestContext.Current.CancellationToken);

    private async Task<HashSet<string>> LeftAsync(string sql) =>
        [.. (await _file.AskAsync(sql)).Select(row => (string)row[0]!)];

    private sealed record Load(string Id, string Account, DateTimeOffset Began);

    private sealed record Version(Load Load, int Day, DateTimeOffset ReadBegan, DateTimeOffset CommittedAt);

    /// <summary>Two days of a report, read by two accounts.</summary>
    private sealed class History
    {
        private const int Since = 200;

        public History(Random random, int number)
        {
            (Report, First, Second) = ($"r{number}", $"a{number}", $"b{number}");
            MergedAt = random.Next(3) == 0 ? null : Ago(random, Since);
            Loads = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i =>
            {
                var began = Ago(random, Since);
                return new Load(
                    FormattableString.Invariant($"{began.ToUnixTimeMilliseconds():x12}7{i:x3}8{number:x15}"),
                    random.Next(2) == 0 ? First : Second,
                    began);
            })];
            foreach (var (load, day) in Loads.SelectMany(load => Days.Select(day => (load, day))))
            {
                if (random.Next(5) > 0)
                {
                    var late = random.Next(4) == 0 ? random.NextDouble() * 100 : 0.01;
                    Versions.Add(new Version(load, day, load.Began, Past(load.Began.AddDays(late))));
                    if (random.Next(4) == 0)
                    {
                        var again = Past(load.Began.AddDays(random.NextDouble() * 100));
                        Versions.Add(new Version(load, day, again, Past(again.AddDays(0.01))));
                    }
                }
            }
        }

        public static IReadOnlyList<int> Days { get; } = [0, 1];

        public string Report { get; }

        public string First { get; }

        public string Second { get; }

        public DateTimeOffset? MergedAt { get; }

        public IReadOnlyList<Load> Loads { get; }

        public List<Version> Versions { get; } = [];

        public static DateOnly Date(int day) =>
            DateOnly.FromDateTime(CompactScene.Now.UtcDateTime).AddDays(day - Since - 30);

        /// <summary>Whether a load's rows stay; null where only the order of what happened since decides.</summary>
        public bool? Stays(Load load, int day)
        {
            var own = Versions.Where(version => version.Load == load && version.Day == day).ToList();
            if (own.Count == 0)
            {
                return load.Began >= Cutoff;
            }

            var events = Versions.Where(version => version.Day == day)
                .Select(version => version.CommittedAt)
                .Append(MergedAt ?? Cutoff)
                .Where(time => time >= Cutoff)
                .ToList();
            return own.Exists(version => version.CommittedAt >= Cutoff)
                || events.Append(Cutoff).Any(time => Shown(load.Account, day, time) == load) ? true
                : events.TrueForAll(time => time == Cutoff) ? false
                : null;
        }

        public override string ToString() => $"{Report}: {string.Join("; ", Versions)}; merged {MergedAt}";

        /// <summary>The load that was shown at some time, of the slice that the account's versions were of.</summary>
        private Load? Shown(string account, int day, DateTimeOffset time) => Versions
            .Where(version => version.Day == day && version.CommittedAt <= time)
            .Where(version => version.Load.Account == account || MergedAt <= time)
            .OrderBy(version => version.ReadBegan)
            .ThenBy(version => version.Load.Id, StringComparer.Ordinal)
            .LastOrDefault()
            ?.Load;

        private static DateTimeOffset Ago(Random random, double days) =>
            CompactScene.Now.AddMinutes(-random.Next(1, (int)(days * 24 * 60)));

        private static DateTimeOffset Past(DateTimeOffset time) =>
            time < CompactScene.Now ? time : CompactScene.Now.AddMinutes(-1);
    }
}

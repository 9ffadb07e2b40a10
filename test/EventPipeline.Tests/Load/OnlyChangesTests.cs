using System.Text;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>A day that says what it said before costs no row, and a page without a changed day is not kept.</summary>
public sealed class OnlyChangesTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private const int Days = 4;
    private static readonly DateOnly Monday = new(2026, 11, 16);
    private static readonly Report Report = new("cost", ReportKind.Daily, 7, 7);
    private static readonly Window Window = new("anthropic", "acme", "cost", Monday, Monday.AddDays(Days - 1));

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));
    private int _run;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_restated_day_alone_is_written_with_the_page_that_it_came_in()
    {
        (await LoadAsync(PageOfDays(1, 0, 1), PageOfDays(2, 2, 3))).State.ShouldBe("loaded");
        (await CountsAsync()).ShouldBe((Days, 2));

        (await LoadAsync(PageOfDays(1, 0, 1), PageOfDays(2, 2, 3, restated: 3))).State.ShouldBe("loaded");

        (await CountsAsync()).ShouldBe((Days + 1, 3));
        (await file.AskAsync("SELECT usage_date, amount_usd FROM cost ORDER BY usage_date"))
            .Select(row => ((DateOnly)row[0]!, (decimal)row[1]!))
            .ShouldBe([(Monday, 1m), (Monday.AddDays(1), 1m), (Monday.AddDays(2), 1m), (Monday.AddDays(3), 2m)]);
        (await file.AskAsync("SELECT page_no FROM raw_page ORDER BY fetched_at, page_no"))
            .Select(row => (long)row[0]!)
            .ShouldBe([1, 2, 2]);
    }

    [Fact]
    public async Task A_window_that_says_the_same_writes_nothing()
    {
        await LoadAsync(PageOfDays(1, 0, 1, 2, 3));

        (await LoadAsync(PageOfDays(1, 0, 1, 2, 3))).State.ShouldBe("unchanged");

        (await CountsAsync()).ShouldBe((Days, 1));
    }

    [Fact]
    public async Task Where_a_day_has_pages_of_its_own_those_of_the_restated_day_are_kept()
    {
        Said[] first = [.. Enumerable.Range(0, Days).SelectMany(day => PagesOfDay(day))];
        await LoadAsync(first);
        (await CountsAsync()).ShouldBe((Days, Days * 2));

        await LoadAsync([.. Enumerable.Range(0, Days).SelectMany(day => PagesOfDay(day, isRestated: day == 2))]);

        (await CountsAsync()).ShouldBe((Days + 1, (Days * 2) + 2));
        (await file.AskAsync("SELECT page_no FROM raw_page ORDER BY fetched_at, page_no"))
            .Select(row => (long)row[0]!)
            .TakeLast(2)
            .ShouldBe([5, 6]);
    }

    [Fact]
    public async Task The_pages_of_a_snapshot_follow_its_only_bucket()
    {
        var day = new Said(null, Monday);
        var window = Window with { To = Monday };
        await LoadAsync(window, new Said(1, null), day, Row(Monday, 1), new Said(2, null), new Said(3, null));

        (await CountsAsync()).ShouldBe((1, 3));
    }

    [Fact]
    public async Task A_forced_read_writes_every_day()
    {
        await LoadAsync(PageOfDays(1, 0, 1, 2, 3));

        (await LoadAsync(Window, force: true, PageOfDays(1, 0, 1, 2, 3))).State.ShouldBe("loaded");

        (await CountsAsync()).ShouldBe((Days * 2, 2));
    }

    private static Said[] PageOfDays(int page, params int[] days) => PageOfDays(page, days, restated: -1);

    private static Said[] PageOfDays(int page, int first, int second, int restated) =>
        PageOfDays(page, [first, second], restated);

    private static Said[] PageOfDays(int page, int[] days, int restated) =>
    [
        new Said(page, null),
        .. days.SelectMany(day => new[]
        {
            new Said(null, Monday.AddDays(day)),
            Row(Monday.AddDays(day), day == restated ? 2 : 1),
        }),
    ];

    /// <summary>Two pages, then the day: what is summed is told when all of it was read.</summary>
    private static Said[] PagesOfDay(int day, bool isRestated = false) =>
    [
        new Said((day * 2) + 1, null),
        new Said((day * 2) + 2, null),
        new Said(null, Monday.AddDays(day)),
        Row(Monday.AddDays(day), isRestated ? 2 : 1),
    ];

    private static Said Row(DateOnly day, decimal usd) => new(
        null,
        null,
        BilledCost.Of(day, RowKey.Create($"{day:O}"), usd) with
        {
            Vendor = Window.Vendor,
            Report = Window.Report,
            Grain = "line.v1",
        });

    private Task<LoadOutcome> LoadAsync(params Said[][] said) => LoadAsync(Window, force: false, said);

    private Task<LoadOutcome> LoadAsync(params Said[] said) => LoadAsync(Window, force: false, said);

    private Task<LoadOutcome> LoadAsync(Window window, params Said[] said) => LoadAsync(window, force: false, said);

    private async Task<LoadOutcome> LoadAsync(Window window, bool force, params Said[][] said)
    {
        _clock.Advance(TimeSpan.FromHours(1));
        var request = new LoadRequest($"run{++_run}", RunMode.Production, window, "org-1", Report, force, "m1");
        await using var load = LoadAttempts.Create(file.Warehouse, request, _clock);
        await load.BeginAsync(Token);
        foreach (var one in said.SelectMany(page => page))
        {
            await (one switch
            {
                { Page: { } page } => load.KeepPageAsync(
                    new PagePart(page, 1, "hash", 200, Encoding.UTF8.GetBytes($"page {page}")), Token),
                { Day: { } day } => load.AcceptAsync(new BucketArrived(day), Token),
                { Row: { } row } => load.AcceptAsync(row, Token),
                _ => throw new InvalidOperationException("Nothing was said."),
            });
        }

        return await load.CompleteAsync(Token);
    }

    private async Task<(int Rows, int Pages)> CountsAsync() => (
        (int)(long)(await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0]!,
        (int)(long)(await file.AskAsync("SELECT COUNT(*) FROM raw_page"))[0][0]!);

    private sealed record Said(int? Page, DateOnly? Day, VendorRecord? Row = null);
}

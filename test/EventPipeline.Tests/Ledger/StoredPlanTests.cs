using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Ledger;

/// <summary>A plan is stored window by window, once per run.</summary>
public sealed class StoredPlanTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly DateTimeOffset Morning = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(1_001)]
    public async Task A_plan_of_any_size_is_read_as_it_was_stored(int windows)
    {
        var plan = Plan(windows);

        ShouldBe(await Plans().StoreAsync(plan, Token), plan);

        ShouldBe((await Plans().FindAsync(plan.RunId, plan.Mode, Token)).ShouldNotBeNull(), plan);
        (await file.AskAsync("SELECT event, COUNT(*) FROM run_events GROUP BY 1 ORDER BY 1"))
            .ShouldBe(windows == 0 ? [["planned", 1L]] : [["planned", 1L], ["window_planned", (long)windows]]);
    }

    [Fact]
    public async Task A_large_plan_that_is_stored_twice_counts_once()
    {
        var plan = Plan(500);
        await Plans().StoreAsync(plan, Token);

        ShouldBe(await Plans().StoreAsync(plan, Token), plan);

        var document = (await Documents().FindAsync("run", Token)).ShouldNotBeNull();
        document.Windows.Count.ShouldBe(500);
        ShouldBe((await Plans().FindAsync(plan.RunId, plan.Mode, Token)).ShouldNotBeNull(), plan);
    }

    [Fact]
    public async Task Both_ways_of_storing_a_window_write_the_same()
    {
        var plan = Plan(401);
        await Plans().StoreAsync(plan with { RunId = "large" }, Token);
        foreach (var some in plan.Windows.Chunk(200))
        {
            await Plans().StoreAsync(
                plan with { RunId = $"small-{some[0].Window.Account}", Windows = some }, Token);
        }

        var columns = "mode, window_id, vendor, account, report, window_start, window_end, state, reason, row_count, "
            + "tokens, amount_usd, load_id, attempt, message_id";
        (await file.AskAsync($"SELECT {columns} FROM run_events WHERE event = 'window_planned' AND run_id = 'large' "
            + "ORDER BY window_id"))
            .ShouldBe(await file.AskAsync($"SELECT {columns} FROM run_events WHERE event = 'window_planned' "
                + "AND run_id <> 'large' ORDER BY window_id"));
    }

    [Fact]
    public async Task Of_two_plans_of_a_run_the_first_is_stored_and_the_windows_of_the_other_count_for_nothing()
    {
        var (first, second) = (Plan(3), Plan(5));
        await Plans().StoreAsync(first, Token);

        ShouldBe(await Plans().StoreAsync(second, Token), first);
        ShouldBe(await Plans().StoreAsync(first, Token), first);

        var document = (await Documents().FindAsync("run", Token)).ShouldNotBeNull();
        (document.Windows.Count, document.From, document.State).ShouldBe((3, Day, "running"));
        (await file.AskAsync("SELECT COUNT(*) FROM run_events WHERE event = 'window_planned'"))[0][0].ShouldBe(8L);
    }

    [Fact]
    public async Task A_plan_whose_windows_are_stored_and_which_is_not_named_yet_is_none()
    {
        var plan = Plan(2);
        var events = Events();
        var row = events.Create(plan.RunId, RunHistory.WindowPlanned, plan.Mode, plan.Windows[0].Window);
        StoredPlan.Describe(plan.Windows[0], 0, row);
        row["plan_id"] = StoredPlan.IdOf(plan);
        await events.InsertAsync(plan.Mode, "cut-off", [row], Token);

        (await Plans().FindAsync(plan.RunId, plan.Mode, Token)).ShouldBeNull();
        var document = (await Documents().FindAsync(plan.RunId, Token)).ShouldNotBeNull();
        (document.State, document.Windows.Count).ShouldBe(("running", 0));
        ShouldBe(await Plans().StoreAsync(plan, Token), plan);
    }

    [Fact]
    public async Task A_plan_that_an_earlier_version_stored_as_one_text_is_read()
    {
        var plan = Plan(2);
        var events = Events();
        var row = events.Create(plan.RunId, RunHistory.Planned, plan.Mode);
        row["details"] = JsonSerializer.Serialize(plan, RunPlanJson.Default.RunPlan);
        await events.InsertAsync(plan.Mode, $"plan_{plan.RunId}", [row], Token);

        ShouldBe((await Plans().FindAsync(plan.RunId, plan.Mode, Token)).ShouldNotBeNull(), plan);
        ShouldBe(await Plans().StoreAsync(Plan(5), Token), plan);
        (await Documents().FindAsync(plan.RunId, Token)).ShouldNotBeNull().Windows.Count.ShouldBe(2);
    }

    private static void ShouldBe(RunPlan actual, RunPlan expected)
    {
        (actual.RunId, actual.Mode, actual.From, actual.To, actual.RequestedAt)
            .ShouldBe((expected.RunId, expected.Mode, expected.From, expected.To, expected.RequestedAt));
        actual.Windows.ShouldBe(expected.Windows);
    }

    private static RunPlan Plan(int windows) => new(
        "run",
        RunMode.Production,
        Day,
        Day.AddDays(2),
        Morning,
        [
            .. Enumerable.Range(0, windows).Select(
                number => new PlannedWindow(
                    new Window("anthropic", $"account-{number}", "cost", Day.AddDays(-number), Day),
                    number % 3 == 0 ? WindowReason.Settled : WindowReason.Forced,
                    Skipped: number % 3 == 0,
                    Force: number % 3 != 0)),
        ]);

    private static IOptions<DatasetOptions> Datasets => Options.Create(new DatasetOptions());

    private RunEvents Events() => new(file.Warehouse, Datasets, new KnownRuns(), TimeProvider.System);

    private RunPlans Plans() => new(file.Warehouse, Datasets, Events(), TimeProvider.System);

    private RunDocuments Documents() => new(Datasets, Events(), new KnownVendors([]), TimeProvider.System);
}
